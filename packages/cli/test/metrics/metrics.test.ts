import { execFileSync } from "node:child_process";
import { get } from "node:http";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Metrics } from "../../src/metrics/metrics.ts";
import { Tally } from "../../src/metrics/tally.ts";
import { createLog, type Log } from "../../src/output/log.ts";

const hasPromtool = succeeds("promtool");
const lines: string[] = [];
const log: Log = { ...createLog("info"), info: () => undefined, error: (_fields, text) => lines.push(text) };
let vips: readonly never[] = [];
let reasons: readonly string[] = [];
const metrics = new Metrics(
  {
    observe: async () => ({
      nowMs: Date.now(),
      version: '1.0 "quoted"\n',
      ready: true,
      config: { stale: false, loadedAtMs: 0 },
      peers: [],
      vips,
      tally: new Tally(),
    }),
    notReady: () => reasons,
  },
  log,
);
afterEach(() => metrics.set(null));

function succeeds(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function ask(port: number, path: string, method = "GET"): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, method, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    }).on("error", reject);
  });
}

test("answers health, readiness and metrics, and nothing else", async () => {
  const port = await freePort();
  await metrics.set({ host: "127.0.0.1", port });
  expect(await ask(port, "/healthz")).toEqual({ status: 200, text: "ok\n" });
  expect(await ask(port, "/readyz")).toEqual({ status: 200, text: "ready\n" });
  reasons = ["the whole node is drained"];
  expect(await ask(port, "/readyz")).toEqual({ status: 503, text: "not ready: the whole node is drained\n" });
  expect((await ask(port, "/metrics?name=x")).text).toContain("vipcast_ready 1");
  expect(await ask(port, "/metrics", "HEAD")).toEqual({ status: 200, text: "" });
  expect((await ask(port, "/metrics", "POST")).status).toBe(405);
  // A path that is no URL must not end the process.
  expect((await ask(port, "//")).status).toBe(404);
  expect((await ask(port, "/etc/passwd")).status).toBe(404);
});

test("shows durations of checks, and forgets what is gone", async () => {
  const port = await freePort();
  await metrics.set({ host: "127.0.0.1", port });
  metrics.checkTook({ kind: "tcp", ok: false, tookMs: 3 });
  vips = [{ vip: "192.0.2.1/32", bound: true, health: "healthy", peers: [], refusal: null, verdict: null } as never];
  const before = (await ask(port, "/metrics")).text;
  expect(before).toContain('vipcast_check_duration_seconds_bucket{le="0.005",kind="tcp",result="failure"} 1');
  expect(before).toContain('vipcast_vip_bound{vip="192.0.2.1/32"} 1');
  vips = [];
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await ask(port, "/metrics")).text).not.toContain("192.0.2.1");
});

test("an address that is taken is logged once, and nothing is served", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  await metrics.set({ host: "127.0.0.1", port });
  expect(lines.at(-1)).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}; it is tried again every 5 s`);
  taken.close();
});

test.skipIf(!hasPromtool)("Prometheus's own promtool finds nothing to complain about", async () => {
  const port = await freePort();
  await metrics.set({ host: "127.0.0.1", port });
  metrics.checkTook({ kind: "http", ok: true, tookMs: 3 });
  const { text } = await ask(port, "/metrics");
  expect(execFileSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" })).toBe("");
});

test.skipIf(!hasPromtool)("the alerts of the documentation are valid, and fire when they should", () => {
  const cwd = fileURLToPath(new URL("../../../../docs", import.meta.url));
  expect(execFileSync("promtool", ["check", "rules", "alerts.yaml"], { cwd, encoding: "utf8" })).toContain(
    "SUCCESS: 7 rules found",
  );
  expect(execFileSync("promtool", ["test", "rules", "alerts.test.yaml"], { cwd, encoding: "utf8" })).toContain(
    "SUCCESS",
  );
});
