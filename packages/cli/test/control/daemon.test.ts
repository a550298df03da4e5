import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type EndpointId, endpoints } from "../../src/control/resources/endpoints.ts";
import { schemas } from "../../src/control/resources/schemas.ts";
import { canMakeNamespaces, type Node, type TestPeer, World } from "../support/world.ts";

const page = readFileSync(new URL("../../../../docs/control-api.md", import.meta.url), "utf8");
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.trim().split("\n"));
const run = promisify(execFile);

interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what it is, each test says.
  readonly body: any;
}

describe.skipIf(!canMakeNamespaces)("the control API of a running daemon", () => {
  let world: World;
  let socket: string;
  beforeEach(() => {
    world = new World();
    socket = join(world.stateDir, "run/c.sock");
  });
  afterEach(() => world.close());

  const write = (vips: string, more = "", peer = ""): void =>
    world.configure(vips, { more: `control: { socket: ${socket}${more} }\n`, peer });

  async function started(): Promise<{ readonly peer: TestPeer; readonly node: Node }> {
    const peer = await world.peer();
    const node = world.run();
    await peer.lines.until("announced");
    await vi.waitUntil(() => existsSync(socket), { timeout: 5000, interval: 20 });
    return { peer, node };
  }

  function ask(method: string, target: string, body?: unknown, accept = "application/json"): Promise<Reply> {
    const headers = { Accept: accept, ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: socket, method, path: target, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          const parsed = accept === "application/json" ? (JSON.parse(text) as unknown) : text;
          resolve({ status: response.statusCode ?? 0, body: parsed });
        });
      });
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** An answer has every key that the schema wants, and none that it does not know. */
  async function documented(id: EndpointId, target: string): Promise<unknown> {
    const { answer } = endpoints.find((endpoint) => endpoint.id === id) ?? {};
    if (answer === undefined || answer === "OpenApi") throw new Error(`${id} has no schema`);
    const { status, body } = await ask("GET", target);
    expect(status).toBe(200);
    expect(schemas[answer].parse(body)).toEqual(body);
    return body;
  }

  test("answers as its document says, to the letter", async () => {
    const check =
      '{ all: [{ tcp: "127.0.0.1:1" }, { exec: ["/bin/true"], env: { PASSWORD: hunter2 } }], interval: 100ms, timeout: 50ms }';
    write(`[{ prefix: 192.0.2.10 }, { prefix: 192.0.2.11, check: ${check} }]`, "", ", keepReceived: 10");
    const { node } = await started();
    await node.lines.until("vip.unhealthy");
    expect(await documented("status", "/v1/status")).toMatchObject({
      state: "running",
      healthy: false,
      problems: [expect.stringMatching(/^192.0.2.11\/32 is unhealthy: it is not healthy: .*ECONNREFUSED 127.0.0.1:1/)],
      peers: { configured: 1, established: 1, down: [] },
      vips: { configured: 2, announced: 1, unhealthy: 1 },
    });
    await documented("peers", "/v1/peers");
    expect(await documented("peer", "/v1/peers/10.9.0.254")).toMatchObject({ state: "Established", internal: false });
    await documented("vips", "/v1/vips");
    expect(await documented("vip", "/v1/vips/192.0.2.10%2F32")).toMatchObject({ state: "announced", origin: "file" });
    expect(await documented("explain", "/v1/explain/192.0.2.11")).toMatchObject({
      verdict: { check: { kind: "all" } },
    });
    expect(await documented("explain", "/v1/explain/127.0.0.1")).toMatchObject({ state: "unknown" });
    expect(await documented("routes", "/v1/routes")).toMatchObject({
      routes: [{ prefix: "192.0.2.10/32", direction: "sent", peer: "10.9.0.254", asPath: "65001" }],
      next: null,
    });
    await documented("events", "/v1/events?since=all");
    const config = await documented("config", "/v1/config");
    expect(JSON.stringify(config)).not.toContain("hunter2");
    expect(JSON.stringify(config)).toContain('"PASSWORD":"***"');
    expect((await ask("GET", "/v1/openapi.json")).body.paths).toHaveProperty("/v1/status");
    const { mode } = statSync(socket);
    expect(mode & 0o777).toBe(0o660);
    const missing = await ask("GET", "/v1/vips/192.0.2.12");
    expect([missing.status, missing.body.detail]).toEqual([
      404,
      "192.0.2.12/32: is not a virtual IP of this node; did you mean 192.0.2.10/32.",
    ]);
    expect((await ask("GET", "/v1/peers/10.9.0.1")).body.code).toBe("unknown-peer");
    expect((await ask("POST", "/v1/reload/confirm")).status).toBe(409);
  });

  test("every command of docs/control-api.md does what the page says", async () => {
    write("[{ prefix: 192.0.2.10 }]", "", ", keepReceived: 10");
    const { node } = await started();
    expect(commands.length).toBeGreaterThan(20);
    for (const command of commands) {
      const { stdout } = await run("sh", ["-c", command], { env: { ...process.env, SOCKET: socket } });
      const refused = command.includes("drian");
      expect([command, stdout.includes("urn:vipcast:problem")]).toEqual([command, refused]);
      if (refused) expect(page).toContain(stdout.slice(0, stdout.indexOf(',"problems"')));
    }
    expect(await node.exit).toBe(0);
    expect(existsSync(socket)).toBe(false);
    expect(world.loopback()).toEqual([]);
  });

  test("a declared virtual IP is announced, outlives the process when it is to, and gives way to the files", async () => {
    write("[{ prefix: 192.0.2.10 }]");
    const { peer, node } = await started();
    const bad = await ask("PUT", "/v1/vips/192.0.2.20", { prefix: "192.0.2.21", drain: "30s" });
    expect(bad.body.problems.map(({ sentence }: { sentence: string }) => sentence)).toEqual([
      "prefix 192.0.2.21: is not the 192.0.2.20/32 of the path; leave it out.",
      "drain 30s: is longer than the 10s that a stop may take, and would be cut short; write a shorter one, or a longer stopTimeout in the configuration.",
    ]);
    expect((await ask("PUT", "/v1/vips/10.9.0.254")).body.detail).toBe(
      "prefix 10.9.0.254/32: is the address of a peer; write an address that only the virtual IP has.",
    );
    expect((await ask("PUT", "/v1/vips/127.0.0.1")).body.detail).toContain("127.0.0.1/32 is a loopback address");
    const programs = await ask("PUT", "/v1/vips/192.0.2.20", {
      check: { any: [{ tcp: "127.0.0.1:1" }, { all: [{ exec: ["/bin/sh", "-c", "id"] }] }] },
      weight: "10G",
      weightFrom: "exec:/bin/id",
    });
    expect(programs.body.problems.map(({ path }: { path: string }) => path)).toEqual(["check", "weightFrom"]);
    expect(programs.body.detail).toContain("would run a program as the user of the daemon");
    expect((await ask("PUT", "/v1/vips/192.0.2.10")).status).toBe(409);
    expect((await ask("DELETE", "/v1/vips/192.0.2.10")).status).toBe(409);
    expect((await ask("PUT", "/v1/vips/192.0.2.20?persist", { communities: ["65000:7"] })).body).toMatchObject({
      origin: "api",
      persisted: true,
    });
    expect((await ask("PUT", "/v1/vips/192.0.2.21")).body).toMatchObject({ origin: "api", persisted: false });
    for (const prefix of ["192.0.2.20/32", "192.0.2.21/32"])
      await peer.lines.until("announced", (line) => line.prefix === prefix);
    // A reload for another reason touches neither.
    write("[{ prefix: 192.0.2.10 }, { prefix: 192.0.2.12 }]");
    expect((await ask("POST", "/v1/reload")).body.changes).toMatchObject([
      { kind: "vip-add", subject: "192.0.2.12/32" },
    ]);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);

    const again = world.run();
    await again.lines.until("vip.announced", ({ vip }) => vip === "192.0.2.20/32");
    await vi.waitUntil(() => existsSync(socket), { timeout: 5000, interval: 20 });
    expect(
      (await ask("GET", "/v1/vips")).body.vips.map(({ vip, origin }: Record<string, string>) => [vip, origin]),
    ).toEqual([
      ["192.0.2.10/32", "file"],
      ["192.0.2.12/32", "file"],
      ["192.0.2.20/32", "api"],
    ]);
    write("[{ prefix: 192.0.2.10 }, { prefix: 192.0.2.20 }]");
    expect((await ask("POST", "/v1/reload")).status).toBe(200);
    expect((await ask("GET", "/v1/vips/192.0.2.20")).body).toMatchObject({ origin: "file", persisted: false });
    expect(again.log()).toContain("192.0.2.20/32 stands in the files now");
    expect(JSON.parse(readFileSync(join(world.stateDir, "state/vips.json"), "utf8"))).toEqual({ vips: [] });
  });

  test("a reload that nobody confirms is taken back, and one that costs the session at once", async () => {
    write("[{ prefix: 192.0.2.10 }]");
    const { peer, node } = await started();
    write("[{ prefix: 192.0.2.11 }]");
    const dry = await ask("POST", "/v1/reload", { dryRun: true });
    expect(dry.body).toMatchObject({
      dryRun: true,
      applied: false,
      changes: [{ kind: "vip-remove" }, { kind: "vip-add" }],
    });
    expect((await ask("POST", "/v1/reload", { confirm: "1s" })).body).toMatchObject({ applied: true, confirm: {} });
    expect((await ask("POST", "/v1/reload")).status).toBe(409);
    await peer.lines.until("announced", ({ prefix }) => prefix === "192.0.2.11/32");
    await peer.lines.until("withdrawn", ({ prefix }) => prefix === "192.0.2.11/32");
    await vi.waitUntil(() => world.loopback().join() === "192.0.2.10/32", { timeout: 5000 });
    const { config } = (await ask("GET", "/v1/status")).body;
    expect(config).toMatchObject({
      stale: true,
      staleReason: "the reload was rolled back: nobody confirmed it in time",
      confirm: null,
    });
    expect((await ask("POST", "/v1/reload", { confirm: "60s" })).body.changes).toHaveLength(2);
    expect((await ask("POST", "/v1/reload/confirm")).body).toEqual({ outcome: "confirmed" });
    expect((await ask("GET", "/v1/status")).body.config).toMatchObject({ stale: false });

    write("[{ prefix: 192.0.2.10 }]");
    await ask("POST", "/v1/reload", { confirm: "60s" });
    peer.kill();
    await vi.waitUntil(() => world.loopback().join() === "192.0.2.11/32", { timeout: 5000 });
    expect((await ask("GET", "/v1/status")).body.config.staleReason).toBe(
      "the reload was rolled back: every session that was Established is lost (10.9.0.254)",
    );
    expect(node.lines.of("config.reloaded").at(-1)).toMatchObject({
      causes: ["the reload was rolled back", expect.anything()],
    });
  });

  test("files with a problem change nothing, are answered one by one, and show as stale until they are right", async () => {
    write("[{ prefix: 192.0.2.10 }]");
    const { peer } = await started();
    write("[{ prefix: 192.0.2.10/24, drian: 1s }]");
    const refused = await ask("POST", "/v1/reload");
    expect(refused).toMatchObject({ status: 422, body: { code: "bad-configuration" } });
    expect(refused.body.problems[0]).toMatchObject({
      file: world.configFile,
      line: 5,
      path: "vips[0].drian",
      remedy: "did you mean drain",
    });
    expect((await ask("GET", "/v1/status")).body.config).toMatchObject({
      stale: true,
      staleReason: "the files have problems",
      problems: [{ line: 5 }],
    });
    expect((await ask("POST", "/v1/restart")).body.code).toBe("bad-configuration");
    write("[{ prefix: 192.0.2.10 }]");
    await ask("POST", "/v1/reload");
    expect((await ask("GET", "/v1/status")).body).toMatchObject({
      healthy: true,
      config: { stale: false, problems: [] },
    });
    expect(peer.lines.of("withdrawn")).toEqual([]);
  });

  test("what a peer sends is shown as far as it is kept, in pages and in one stream", async () => {
    write("[{ prefix: 192.0.2.10 }]", "", ", keepReceived: 5");
    const { peer } = await started();
    peer.announce(
      Array.from({ length: 7 }, (_, index) => ({ prefix: `203.0.113.${index}/32`, attributes: { med: index } })),
    );
    await vi.waitUntil(async () => (await ask("GET", "/v1/routes?received")).body.total === 5, {
      timeout: 5000,
      interval: 50,
    });
    const first = await ask("GET", "/v1/routes?received&limit=3");
    expect(first.body).toMatchObject({
      next: 3,
      total: 5,
      notes: [expect.stringContaining("as many as keepReceived says")],
    });
    expect(first.body.routes[1]).toMatchObject({
      prefix: "203.0.113.1/32",
      asPath: "65000",
      med: 1,
      direction: "received",
    });
    expect((await ask("GET", "/v1/routes?received&limit=3&offset=3")).body).toMatchObject({
      next: null,
      routes: [{}, {}],
    });
    const inside = await ask("GET", "/v1/routes?received&prefix=203.0.113.2/31");
    expect(inside.body.routes.map(({ prefix }: { prefix: string }) => prefix)).toEqual([
      "203.0.113.2/32",
      "203.0.113.3/32",
    ]);
    for (const [prefix, count] of [
      ["203.0.113.0/24", 5],
      ["203.0.113.4", 1],
      ["203.0.112.0/23", 5],
      ["203.0.112.0/24", 0],
      ["::/0", 0],
      ["0.0.0.0/0", 5],
    ] as const)
      expect((await ask("GET", `/v1/routes?received&prefix=${prefix}`)).body.routes).toHaveLength(count);
    expect((await ask("GET", "/v1/routes?prefix=192.0.2.0/24")).body.routes).toHaveLength(1);
    expect((await ask("GET", "/v1/routes?prefix=192.0.2.1/24")).body.code).toBe("bad-value");
    const lines = await ask("GET", "/v1/routes?received", undefined, "application/x-ndjson");
    expect(
      lines.body
        .trim()
        .split("\n")
        .map((line: string) => JSON.parse(line).med),
    ).toEqual([0, 1, 2, 3, 4]);
  });

  test("over TCP only who has the token is let in, and the token is seen nowhere", async () => {
    const token = "hunter2hunter2hunter2";
    writeFileSync(join(world.stateDir, "token"), `${token}\n`, { mode: 0o600 });
    write("[{ prefix: 192.0.2.10 }]", `, listen: "127.0.0.1:9180", tokenFile: ${world.stateDir}/token`);
    const { node } = await started();
    await expect.poll(node.log, { timeout: 5000 }).toContain("the control API is served on 127.0.0.1:9180");
    const answers = world.evaluate(`
      const get = async (headers) => {
        const response = await fetch("http://127.0.0.1:9180/v1/status", { headers });
        return [response.status, (await response.json()).code ?? "ok"];
      };
      console.log(JSON.stringify([await get({}), await get({ Authorization: "Bearer ${token}" }), await get({ Authorization: "Bearer wrong" })]));
    `);
    expect(answers).toEqual([
      [401, "unauthorized"],
      [200, "ok"],
      [401, "unauthorized"],
    ]);
    expect(node.log()).not.toContain("hunter2");
    expect(JSON.stringify((await ask("GET", "/v1/config")).body)).not.toContain("hunter2");
  });
});
