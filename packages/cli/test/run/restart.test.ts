import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, type Node, type TestPeer, World } from "../support/world.ts";

describe.skipIf(!canMakeNamespaces)("SIGUSR2 and vipcast run, seen from its peer", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  const write = (vip: string, peer = "", asn = 65001): void => world.configure(`[{ prefix: ${vip} }]`, { asn, peer });

  async function started(
    environment: NodeJS.ProcessEnv = {},
    ours: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly peer: TestPeer; readonly node: Node }> {
    const peer = await world.peer({ peers: [{ address: "10.9.0.1", asn: 65001, passive: true, ...ours }] });
    const node = world.run(world.configFile, environment);
    await peer.lines.until("announced");
    return { peer, node };
  }

  const isPending = (pid: number, signal: number): boolean => {
    const pending = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${pending}`) & (1n << BigInt(signal - 1))) !== 0n;
  };
  const commandLine = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, "utf8");

  test("with graceful restart no route is withdrawn and no address touched, and the same process id goes on with the new file", async () => {
    write("192.0.2.10", ", gracefulRestart: 10");
    const { peer, node } = await started({}, { gracefulRestart: 10 });
    const command = commandLine(node.child.pid!);
    const watched = world.ipOutput("node", "-o address show dev lo to 192.0.2.10");
    write("192.0.2.10", ", gracefulRestart: 10, timers: { holdTime: 6 }");
    node.child.kill("SIGUSR2");
    const again = await peer.lines.until("established", (line) => peer.lines.of("established").indexOf(line) === 1);
    expect(again).toMatchObject({ holdTime: 6 });
    expect(peer.lines.of("withdrawn")).toEqual([]);
    expect(await peer.probe("192.0.2.10")).toBe(true);
    expect(world.ipOutput("node", "-o address show dev lo to 192.0.2.10")).toBe(watched);
    expect(commandLine(node.child.pid!)).toBe(command);
    await expect.poll(() => node.lines.of("vip.announced").length).toBe(2);
    node.child.kill("SIGTERM");
    await peer.lines.until("withdrawn");
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("with graceful restart an address that the new file leaves out stays until the peer has let go of its route", async () => {
    write("192.0.2.10", ", gracefulRestart: 10");
    const { peer, node } = await started({}, { gracefulRestart: 10 });
    write("192.0.2.11", ", gracefulRestart: 10");
    node.child.kill("SIGUSR2");
    await peer.lines.until("withdrawn");
    expect(node.lines.of("vip.unbound")).toEqual([]);
    await node.lines.until("vip.unbound");
    expect(world.loopback()).toEqual(["192.0.2.11/32"]);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("a stop that is asked for while it restarts is not forgotten: the next process takes everything away", async () => {
    write("192.0.2.10", ", gracefulRestart: 10");
    const { peer, node } = await started({}, { gracefulRestart: 10 });
    node.child.kill("SIGUSR2");
    // Of two that wait the kernel delivers the later one first.
    while (isPending(node.child.pid!, 12)) await new Promise((resolve) => setImmediate(resolve));
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
    expect(peer.lines.of("withdrawn")).toHaveLength(1);
    expect(node.log()).toContain("SIGTERM: restarting already, and stopping after that");
  });

  test("a stop in the first moments of a start takes away what an earlier run has left", async () => {
    write("192.0.2.10");
    const { node } = await started();
    node.child.kill("SIGKILL");
    await node.exit;
    expect(world.loopback()).toEqual(["192.0.2.10/32"]);
    // As early as a signal can be caught.
    const early = join(world.stateDir, "early.cjs");
    writeFileSync(
      early,
      `process.on("newListener", (name) => name === "SIGTERM" && process.nextTick(() => process.kill(process.pid, name)));\n`,
    );
    const next = world.run(world.configFile, { NODE_OPTIONS: `--require ${early}` });
    expect(await next.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
    expect(next.log()).toContain("SIGTERM: stopping as soon as what an earlier run has left is taken over");
  });

  test("without it peers get Cease / Administrative Reset; under systemd the exit code asks for the next process", async () => {
    write("192.0.2.10");
    const { peer, node } = await started({ NOTIFY_SOCKET: "/nonexistent/notify" });
    node.child.kill("SIGUSR2");
    expect(await peer.lines.until("notification")).toMatchObject({ direction: "received", code: 6, subcode: 4 });
    expect(await node.exit).toBe(75);
    expect(world.loopback()).toEqual(["192.0.2.10/32"]);
    const next = world.run();
    await next.lines.until("vip.announced");
    expect(next.lines.of("vip.refused")).toEqual([]);
    next.child.kill("SIGTERM");
    expect(await next.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("a file that the next process could not start with changes nothing; under systemd it stops in order", async () => {
    write("192.0.2.10");
    const { node } = await started();
    write("192.0.2.10/24");
    node.child.kill("SIGUSR2");
    await expect.poll(node.log).toContain("the configuration has problems: not restarted; nothing changed");
    expect(node.lines.of("peer.down")).toEqual([]);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    write("192.0.2.10");
    const managed = world.run(world.configFile, { NOTIFY_SOCKET: "/nonexistent/notify" });
    await managed.lines.until("vip.announced");
    write("192.0.2.10/24");
    managed.child.kill("SIGUSR2");
    expect(await managed.exit).toBe(0);
    expect(managed.lines.names).toContain("vip.unbound");
    expect(world.loopback()).toEqual([]);
  });
});
