import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { sleep, waitFor } from "../../src/wait.ts";
import { type RunningCommand, start, vipcast } from "../support/command.ts";
import {
  networkNamespaces,
  processTree,
  type SeenProcess,
  survivors,
  traces,
  usedNamespaces,
} from "../support/leftovers.ts";

/** Every process a lab consists of, and how to recognise it. */
const roles: readonly (readonly [string, RegExp])[] = [
  ["the command itself", /vipcast\.js lab/],
  ["unshare", /^unshare /],
  ["the inner process", /^\S*node \S*lab-entry\.js inner/],
  ["the client", /lab-entry\.js prober .*"watchRoutes":\[\]/],
  ["the vantage point", /lab-entry\.js prober .*"watchRoutes":\["/],
  ["the monitor of routes", /^ip -oneline monitor route/],
  ["a node's service", /lab-entry\.js service/],
  ["the monitor of addresses", /^ip -oneline monitor address/],
  ["the router", /lab-entry\.js embedded-router/],
  ["a node's announcer", /vipcast\.js announce/],
];

// A temporary folder of our own: other labs of this machine may have theirs.
const temporary = mkdtempSync(join(tmpdir(), "vipcast-leftovers-"));
const env = { ...process.env, TMPDIR: temporary };
const before = traces(temporary);
let running: RunningCommand | null = null;

afterAll(() => rmSync(temporary, { recursive: true, force: true }));

afterEach(() => {
  running?.child.kill("SIGKILL");
  running = null;
});

function steadyLab(): RunningCommand {
  running = start([process.execPath, vipcast, "lab", "--scenario", "steady", "--nodes", "1"], env);
  return running;
}

/** Fails when anything of these processes is still there after a while. */
async function nothingLeft(tree: readonly SeenProcess[], namespaces: ReadonlySet<string>): Promise<void> {
  const left = (): readonly string[] => [
    ...survivors(tree).map(({ pid, command }) => `${pid} ${command}`),
    ...usedNamespaces(namespaces),
    ...traces(temporary).filter((trace) => !before.includes(trace)),
  ];
  await waitFor(
    () => `left behind: ${left().join("\n")}`,
    () => (left().length === 0 ? true : null),
    3000,
  );
}

describe("a lab leaves nothing behind", () => {
  it.each(roles)("when %s is killed with SIGKILL", async (_role, pattern) => {
    const lab = steadyLab();
    await lab.says("ok   start 1 nodes");
    // A process may still be on its way to the program it is to run.
    const find = (): SeenProcess | undefined => processTree(lab.pid).find(({ command }) => pattern.test(command));
    const victim = await waitFor("no such process in the lab", () => find() ?? null, 3000);
    const tree = processTree(lab.pid);
    const namespaces = networkNamespaces(tree);
    // The lab's own (the switch has no process), the router's, the client's and the node's.
    expect(namespaces.size).toBe(4);
    process.kill(victim.pid, "SIGKILL");
    await lab.ended();
    await nothingLeft(tree, namespaces);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("after %s half way, and says so with exit code %i", async (signal, code) => {
    const lab = steadyLab();
    await lab.says("ok   start 1 nodes");
    const tree = processTree(lab.pid);
    const namespaces = networkNamespaces(tree);
    lab.child.kill(signal);
    expect(await lab.ended()).toEqual({ code, signal: null });
    await nothingLeft(tree, namespaces);
  });

  it.each([60, 150, 300, 500])("after SIGINT %i ms after the start, whatever stands by then", async (delayMs) => {
    const lab = steadyLab();
    await sleepAwake(delayMs);
    const tree = processTree(lab.pid);
    const namespaces = networkNamespaces(tree);
    lab.child.kill("SIGINT");
    await lab.ended();
    await nothingLeft(tree, namespaces);
  });

  it("after a scenario that came to its end", async () => {
    const lab = steadyLab();
    await lab.says("ok   start 1 nodes");
    const tree = processTree(lab.pid);
    const namespaces = networkNamespaces(tree);
    expect(await lab.ended()).toEqual({ code: 0, signal: null });
    await nothingLeft(tree, namespaces);
  });

  it.each([
    ["standard output", `node="$0"; "$node" "$1" lab --scenario steady --nodes 1 | head -1`],
    ["both outputs", `node="$0"; "$node" "$1" lab --scenario steady --nodes 1 2>&1 | head -1`],
  ])("when the reader of %s goes away, and without a stack trace", async (_what, pipeline) => {
    running = start(["bash", "-o", "pipefail", "-c", pipeline, process.execPath, vipcast], env);
    const pid = running.pid;
    await waitFor(
      "the lab does not come up",
      () => (processTree(pid).some(({ command }) => /lab-entry\.js inner/.test(command)) ? true : null),
      5000,
      5,
    );
    // What starts later is found by the traces it leaves, and by the inner process's namespaces.
    const tree = processTree(pid);
    const namespaces = networkNamespaces(tree);
    // 128 + SIGPIPE, from the lab: head itself is content.
    expect(await running.ended(), running.stderr()).toEqual({ code: 141, signal: null });
    expect(running.stderr()).toBe("");
    expect(running.stdout().split("\n")).toHaveLength(2);
    await nothingLeft(tree, namespaces);
  });

  it.each([
    ["the command", /vipcast\.js lab/],
    ["the inner process", /lab-entry\.js inner none/],
    ["a node's announcer", /vipcast\.js announce/],
  ])("without namespaces too, when %s is killed with SIGKILL", async (_role, pattern) => {
    const script = `echo 0 >/proc/sys/user/max_net_namespaces; exec ${process.execPath} ${vipcast} lab --scenario steady`;
    running = start(["unshare", "--user", "--map-root-user", "sh", "-c", script], env);
    await running.says("ok   start 3 nodes");
    const tree = processTree(running.pid);
    const victim = tree.find(({ command }) => pattern.test(command));
    expect(victim, tree.map(({ command }) => command).join("\n")).toBeDefined();
    process.kill(victim?.pid ?? 0, "SIGKILL");
    await running.ended();
    await nothingLeft(tree, new Set());
  });
});

/** `sleep` of the lab does not keep a process alive; a test must. */
async function sleepAwake(ms: number): Promise<void> {
  const timer = setInterval(() => undefined, 1000);
  await sleep(ms);
  clearInterval(timer);
}
