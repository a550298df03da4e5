import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, type Node, type TestPeer, World } from "../support/world.ts";

describe.skipIf(!canMakeNamespaces)("vipcast run, seen from its peer", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  const write = (vips: string, more = "", peer = ""): void => world.configure(vips, { more, peer });

  async function started(): Promise<{ readonly peer: TestPeer; readonly node: Node }> {
    const peer = await world.peer();
    const node = world.run();
    await peer.lines.until("announced");
    return { peer, node };
  }

  async function reload(node: Node): Promise<Readonly<Record<string, unknown>>> {
    const before = node.lines.of("config.reloaded").length;
    node.child.kill("SIGHUP");
    return node.lines.until("config.reloaded", (line) => node.lines.of("config.reloaded").indexOf(line) >= before);
  }

  test("announces what the file says, and stops in order", async () => {
    write("[{ prefix: 192.0.2.10, communities: ['65000:100'] }]");
    const { peer, node } = await started();
    expect(peer.lines.of("announced")[0]).toMatchObject({ prefix: "192.0.2.10/32", bound: true });
    node.child.kill("SIGTERM");
    expect(await peer.lines.until("withdrawn")).toMatchObject({ prefix: "192.0.2.10/32", bound: true });
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("a reload changes only what differs: the session stays, and what is equal is not sent again", async () => {
    write("[{ prefix: 192.0.2.10 }, { prefix: 192.0.2.11 }]");
    const { peer, node } = await started();
    await peer.lines.until("announced", ({ prefix }) => prefix === "192.0.2.11/32");
    write("[{ prefix: 192.0.2.10 }, { prefix: 192.0.2.12 }]", "drain: 1ms\nlogLevel: debug\n", ", description: right");
    expect(await reload(node)).toMatchObject({ added: 1, changed: 0, removed: 1 });
    await peer.lines.until("announced", ({ prefix }) => prefix === "192.0.2.12/32");
    await peer.lines.until("withdrawn", ({ prefix }) => prefix === "192.0.2.11/32");
    expect(await reload(node)).toMatchObject({ added: 0, changed: 0, removed: 0, causes: ["nothing differs"] });
    expect(peer.lines.of("announced").filter(({ prefix }) => prefix === "192.0.2.10/32")).toHaveLength(1);
    expect(peer.lines.of("established")).toHaveLength(1);
    expect(node.lines.of("peer.down")).toEqual([]);
  });

  test("a file with a problem changes nothing and is shown", async () => {
    write("[{ prefix: 192.0.2.10 }]");
    const { peer, node } = await started();
    write("[{ prefix: 192.0.2.10/24 }]");
    node.child.kill("SIGHUP");
    await expect.poll(node.log).toContain("the configuration has problems and was not reloaded; nothing changed");
    expect(node.log()).toContain("vipcast.yaml:5:18: vips[0].prefix: 192.0.2.10/24 has bits set beyond its length");
    write("[{ prefix: 192.0.2.10 }, { prefix: 192.0.2.11 }]");
    await reload(node);
    await peer.lines.until("announced", ({ prefix }) => prefix === "192.0.2.11/32");
    expect(peer.lines.of("withdrawn")).toEqual([]);
  });

  test("withdraws what is not healthy and announces it again, and a changed check sends nothing", async () => {
    const check = (more: string): string =>
      `[{ prefix: 192.0.2.10, check: { tcp: "127.0.0.1:6443", interval: 100ms, timeout: 100ms${more} } }]`;
    write(check(""));
    let service = await world.service(6443);
    const { peer, node } = await started();
    service.kill("SIGKILL");
    expect(await peer.lines.until("withdrawn")).toMatchObject({ prefix: "192.0.2.10/32", bound: true });
    expect(await node.lines.until("vip.withdrawn")).toMatchObject({
      reason: "unhealthy",
      causes: [
        "192.0.2.10/32 is not healthy",
        "the check tcp://127.0.0.1:6443 fails",
        "connect ECONNREFUSED 127.0.0.1:6443, 3rd failure in a row",
      ],
    });
    expect(world.loopback()).toEqual(["192.0.2.10/32"]);
    service = await world.service(6443);
    await expect.poll(() => peer.lines.of("announced").length, { timeout: 5000 }).toBe(2);
    write(check(", rise: 1, fall: 1"));
    expect(await reload(node)).toMatchObject({
      causes: ["check of 192.0.2.10/32 changes; nothing is sent unless its health turns out to be another"],
    });
    expect(peer.lines.of("withdrawn")).toHaveLength(1);
    service.kill("SIGKILL");
    await expect.poll(() => peer.lines.of("withdrawn").length, { timeout: 5000 }).toBe(2);
    await expect.poll(() => node.lines.of("vip.withdrawn").length, { timeout: 5000 }).toBe(2);
    // One failure is enough now, and it can be the connection that was under way when the service died: that one is reset.
    expect(node.lines.of("vip.withdrawn").at(-1)).toMatchObject({
      causes: expect.arrayContaining([
        expect.stringMatching(/^connect ECONN(REFUSED|RESET) 127\.0\.0\.1:6443, 1st failure in a row$/),
      ]),
    });
  });

  test("a session is reset only for what cannot change while it is up, and the routes come back", async () => {
    write("[{ prefix: 192.0.2.10 }]");
    const { peer, node } = await started();
    write("[{ prefix: 192.0.2.10 }]", "", ", timers: { holdTime: 30s }");
    expect(await reload(node)).toMatchObject({
      causes: [
        "the session with 10.9.0.254 is reset, because timers.holdTime, timers.keepalive cannot change while it is up",
      ],
    });
    expect(await peer.lines.until("notification")).toMatchObject({ direction: "received", code: 6, subcode: 3 });
    await peer.lines.until("established", (line) => peer.lines.of("established").indexOf(line) === 1);
    await expect.poll(() => peer.lines.of("announced").length).toBe(2);
    expect(world.loopback()).toEqual(["192.0.2.10/32"]);
  });

  test("exits with 2 and says what is wrong before anything is touched", async () => {
    write("[{ prefix: 127.0.0.1 }]");
    const node = world.run();
    expect(await node.exit).toBe(2);
    expect(node.log()).toContain("vipcast.yaml:5:18: vips[0].prefix: 127.0.0.1/32 is a loopback address");
    expect(node.log()).toContain("Nothing was bound and no session was opened");
  });
});
