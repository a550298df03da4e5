import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { type BrokenPromise, findProgram, type LabOutput, type LabResult, runLab } from "@vipcast/lab";
import { describe, expect, it } from "vitest";
import { start, vipcast } from "../support/command.ts";

const nodeCommand = [process.execPath, vipcast];
const none: readonly BrokenPromise[] = [];

/** Keeps what is written to it. */
class Text implements LabOutput {
  readonly isTTY: boolean;
  readonly columns = 100;
  readonly rows = 40;
  text = "";

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

async function result(options: Omit<Parameters<typeof runLab>[0], "nodeCommand" | "output">): Promise<LabResult> {
  const errors = new Text();
  const run = await runLab({ ...options, nodeCommand, output: new Text(), errorOutput: errors });
  expect(run.result, errors.text).not.toBeNull();
  expect(run.exitCode, `${JSON.stringify(run.result?.steps, null, 1)}${errors.text}`).toBe(0);
  return run.result as LabResult;
}

const routers = [
  ["embedded", []],
  ["bird", ["bird", "birdc"]],
  ["frr", ["/usr/lib/frr/bgpd", "vtysh"]],
] as const;

// The quick tier has four minutes for everything: the lab's own router stands for the others there, CI has them all.
const tried = process.env["VIPCAST_TIER"] === "ci" ? routers : routers.slice(0, 1);

describe.each(tried)("with router %s", (router, programs) => {
  const missing = programs.filter((name) => findProgram(name) === null);
  const canInstall = router !== "frr" || process.getuid?.() === 0;
  const reason =
    missing.length > 0
      ? ` [skipped: ${missing.join(", ")} missing, sudo npx pnpm@10 peers:install]`
      : canInstall
        ? ""
        : " [skipped: needs root]";
  const runs = it.skipIf(reason !== "");

  runs(`a killed node costs at most the time until its route is gone${reason}`, async () => {
    const killed = await result({ router, scenario: "kill-node", nodes: router === "frr" ? 2 : 3 });
    expect(killed).toMatchObject({ mode: "namespaces", promisesBroken: none });
    const hops = killed.nodes.map((_, index) => `10.0.0.${index + 1} dev lan`).join(", ");
    expect(killed.steps[1]?.detail).toContain(`192.0.2.10/32 in its kernel via ${hops}`);
    for (const node of killed.nodes) expect(killed.answers[node]).toBeGreaterThan(0);
    const [kill] = killed.faults;
    expect(kill).toMatchObject({ fault: "kill node1", connections: 48 });
    expect(kill?.convergedMs).not.toBeNull();
    expect(kill?.connectionsReset).toBeGreaterThan(0);
  });

  runs(`an orderly stop loses no new connection: the withdrawal comes first${reason}`, async () => {
    const stopped = await result({ router, scenario: "stop-node", nodes: 2 });
    expect(stopped.promisesBroken).toEqual(none);
    const [stop] = stopped.faults;
    expect(stop?.fault).toBe("stop node1");
    // A handshake that the change of route itself cuts in two is nobody's fault; a packet that finds nobody would be. But zebra replaces
    // an IPv6 route by removing it first: what is lost in just these microseconds is the router's affair.
    expect(stop?.probesUnexplained, JSON.stringify(stop)).toBe(0);
    if (router !== "frr")
      expect(Object.keys(stop?.probeErrors ?? {}).filter((error) => error !== "ECONNRESET")).toEqual([]);
    expect(stopped.steps.some((step) => step.detail.includes("while the VIP still answered"))).toBe(true);
  });

  // What a node does about its address does not depend on the router: one daemon is enough.
  if (router === "frr") return;
  runs(`an address deleted by hand is put back without a withdrawal${reason}`, async () => {
    const deleted = await result({ router, scenario: "address-deleted", nodes: 2 });
    expect(deleted.promisesBroken).toEqual(none);
    const putBack = deleted.steps.flatMap(({ detail }) => {
      const said = detail.match(/^put back after ([\d.]+) ms .*, (\d+) withdrawals sent, (\d+) changes/)?.slice(1);
      return said === undefined ? [] : [said.map(Number)];
    });
    expect(putBack).toHaveLength(2);
    // On a machine that is busy with other things it may be late; then, and only then, nobody is to send packets meanwhile. What stayed
    // announced for longer without having waited for a processor is among the promises broken.
    for (const [ms = 0, withdrawals, changes] of putBack)
      if (ms <= 10) expect([withdrawals, changes]).toEqual([0, 0]);
      else expect(withdrawals).toBeLessThanOrEqual(1);
    expect(deleted.steps.some((step) => step.detail.includes("withdrawn from the router and held down"))).toBe(true);
  });
});

describe("runLab", () => {
  it("shows the demo: all nodes reached, one killed, one stopped, no promise broken", async () => {
    const demo = await result({});
    expect(demo).toMatchObject({ scenario: "demo", mode: "namespaces", promisesBroken: none });
    expect(demo.faults.map((fault) => fault.fault)).toEqual(["kill node1", "stop node2"]);
    for (const fault of demo.faults) expect(fault.outageMs).not.toBeNull();
  });

  it("prints one JSON object with --json and nothing else", async () => {
    const output = new Text();
    const run = await runLab({ nodeCommand, scenario: "steady", nodes: 1, json: true, output });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(output.text)).toEqual(run.result);
    expect(output.text.trimEnd()).not.toContain("\n");
  });

  it("redraws in place on a terminal and gives the cursor back", async () => {
    const output = new Text(true);
    const run = await runLab({ nodeCommand, scenario: "steady", nodes: 2, output });
    expect(run.exitCode).toBe(0);
    expect(output.text.startsWith("\u001b[?25l")).toBe(true);
    // Each picture begins where the one before began.
    const pictures = output.text.split("\u001b[J");
    expect(pictures.length).toBeGreaterThan(10);
    for (const picture of pictures.slice(2, -1)) expect(picture).toMatch(/^.\[\d+Avipcast lab/);
    expect(output.text).toMatch(/node2 +announcing +session established/);
    expect(output.text.lastIndexOf("\u001b[?25h")).toBeGreaterThan(output.text.lastIndexOf("\u001b[?25l"));
    const widths = pictures[5]?.split("\n").map((line) => line.split("\u001b")[0]?.length ?? 0) ?? [];
    expect(Math.max(...widths)).toBeLessThan(output.columns);
  });

  it("ends with exit code 1 and the node's own words when a node does not come up", async () => {
    const output = new Text();
    const errors = new Text();
    const failing = [process.execPath, "-e", "console.error('no such luck'); process.exit(3)"];
    const run = await runLab({ nodeCommand: failing, scenario: "steady", output, errorOutput: errors });
    expect(run.exitCode).toBe(1);
    expect(output.text).toContain("FAIL start 3 nodes");
    expect(output.text).toContain("exit code 3");
    expect(output.text).toContain("no such luck");
  });

  it.each([
    [{ nodes: 2, scenario: "demo" as const }, "3 to 32 nodes"],
    [{ nodes: 40 }, "3 to 32 nodes"],
    [{ nodeCommand: [] }, "command of a node"],
    [{ mode: "loopback" as const, router: "bird" as const }, "only the embedded router"],
  ])("refuses %j with exit code 2 before it builds anything", async (options, words) => {
    const errors = new Text();
    const run = await runLab({ nodeCommand, output: new Text(), errorOutput: errors, ...options });
    expect(run).toEqual({ exitCode: 2, result: null });
    expect(errors.text).toContain(words);
  });

  it("tears the lab down when its signal is aborted", async () => {
    const abort = new AbortController();
    const output = new Text();
    const run = runLab({ nodeCommand, scenario: "steady", output, signal: abort.signal, errorOutput: new Text() });
    setTimeout(() => abort.abort(), 400);
    expect((await run).result).toBeNull();
  });

  it("runs the demo on 127.0.0.0/8 where it is told to, and says what it cannot show", async () => {
    const output = new Text();
    const run = await runLab({ nodeCommand, mode: "loopback", output });
    expect(run.exitCode, output.text).toBe(0);
    expect(output.text).toContain("no outage can be measured");
    expect(run.result?.faults).toMatchObject([
      { fault: "kill node1", outageMs: null },
      { fault: "stop node2", outageMs: null },
    ]);
    for (const fault of run.result?.faults ?? []) expect(fault.convergedMs).not.toBeNull();
  });
});

describe("as an ordinary user", () => {
  const root = process.getuid?.() === 0;
  const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
  const env = { PATH: "/usr/bin:/bin", HOME: "/nonexistent" };
  const prefix = root ? nobody : [];
  const readable = root && !readableByNobody() ? " [skipped: nobody cannot read this checkout]" : "";

  it.skipIf(readable !== "")(`the demo runs in a user namespace${readable}`, async () => {
    const demo = start([...prefix, process.execPath, vipcast, "lab", "--json"], env);
    expect(await demo.ended(), demo.stderr()).toEqual({ code: 0, signal: null });
    const seen = JSON.parse(demo.stdout()) as LabResult;
    expect(seen).toMatchObject({ ok: true, mode: "namespaces", promisesBroken: [] });
    expect(seen.steps[1]?.detail).toContain(
      "2001:db8::10/128 in its kernel via fd00::1 dev lan, fd00::2 dev lan, fd00::3",
    );
  });

  it.skipIf(readable !== "")(
    `where namespaces are forbidden the demo says so and goes on without${readable}`,
    async () => {
      const script = `echo 0 >/proc/sys/user/max_net_namespaces; exec ${process.execPath} ${vipcast} lab`;
      const demo = start([...prefix, "unshare", "--user", "--map-root-user", "sh", "-c", script], env);
      expect(await demo.ended(), demo.stderr()).toEqual({ code: 0, signal: null });
      expect(demo.stdout()).toContain("No network namespaces: namespaces are forbidden here (unshare: ");
      expect(demo.stdout()).toContain("every step succeeded");
    },
  );

  function readableByNobody(): boolean {
    try {
      accessSync(vipcast, constants.R_OK);
      const [program = "", ...args] = [...nobody, "test", "-r", vipcast];
      execFileSync(program, args);
      return true;
    } catch {
      return false;
    }
  }
});
