import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

const vip = "192.0.2.10/32";
const common = [vip, "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"];

describe.skipIf(!canMakeNamespaces)("vipcast announce, seen from its peer", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("binds before it announces: when the UPDATE arrives the VIP already answers", async () => {
    const peer = await world.peer();
    expect(await peer.probe("192.0.2.10")).toBe(false);
    const node = world.announce([
      ...common,
      "--community",
      "65000:100",
      "--large-community",
      "65001:1:2",
      "--med",
      "7",
      "--prepend",
      "1",
    ]);
    const route = await peer.lines.until("announced");
    expect(route).toMatchObject({ prefix: vip, bound: true });
    expect(route.attributes).toMatchObject({
      origin: 0,
      asPath: [{ type: 2, asns: [65001, 65001] }],
      nextHop: "10.9.0.1",
      multiExitDisc: 7,
      communities: [65000 * 65536 + 100],
      // The second names the node: its router id, 10.9.0.1.
      largeCommunities: [
        [65001, 1, 2],
        [65001, 1, 0x0a090001],
      ],
    });
    expect(world.loopback()).toEqual([vip]);
    await node.lines.until("vip.announced");
    expect(await node.lines.until("peer.established")).toMatchObject({
      peer: "10.9.0.254",
      asn: 65000,
      holdTime: 9,
      families: ["ipv4-unicast", "ipv6-unicast"],
      causes: expect.any(Array),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(node.lines.names.filter((name) => name !== "peer.down")).toEqual(
      expect.arrayContaining(["peer.connecting", "vip.bound", "peer.established", "vip.announced"]),
    );
  });

  test("stops in order on SIGTERM: withdrawn while the VIP answers, then unbound, then Cease, exit 0", async () => {
    const peer = await world.peer();
    const node = world.announce(common);
    await peer.lines.until("announced");
    node.child.kill("SIGTERM");
    expect(await peer.lines.until("withdrawn")).toMatchObject({ prefix: vip, bound: true });
    expect(await node.exit).toBe(0);
    expect(await peer.lines.until("notification")).toMatchObject({ direction: "received", code: 6, subcode: 2 });
    expect((await peer.lines.until("notification")).text).toContain("vipcast announce was stopped");
    const order = peer.lines.all.filter(({ event }) => event === "withdrawn" || event === "notification");
    expect(order.map(({ event }) => event)).toEqual(["withdrawn", "notification"]);
    expect(node.lines.names.filter((name) => name.startsWith("vip."))).toEqual([
      "vip.bound",
      "vip.announced",
      "vip.withdrawn",
      "vip.unbound",
    ]);
    expect(world.loopback()).toEqual([]);
    expect(await peer.probe("192.0.2.10")).toBe(false);
  });

  test.each(["SIGINT", "SIGHUP"] as const)("stops on %s as well", async (signal) => {
    const node = world.announce(common);
    await node.lines.until("vip.bound");
    node.child.kill(signal);
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("announces over a session without hold time", async () => {
    const peer = await world.peer();
    const node = world.announce([...common, "--hold-time", "0"]);
    expect(await peer.lines.until("announced")).toMatchObject({ prefix: vip, bound: true });
    expect(await node.lines.until("peer.established")).toMatchObject({ holdTime: 0 });
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
  });

  test("drains first when asked to, and a second signal skips the drain but not the withdrawal", async () => {
    const peer = await world.peer();
    const node = world.announce([...common, "--drain", "30"]);
    await peer.lines.until("announced");
    node.child.kill("SIGTERM");
    await node.lines.until("vip.draining", ({ drainMs }) => drainMs === 30_000);
    // GRACEFUL_SHUTDOWN (RFC 8326) and a longer path: the worst route there is, and still a route.
    const worst = await peer.lines.until("announced", ({ attributes }) =>
      JSON.stringify(attributes).includes(String(0xffff0000)),
    );
    expect(worst.bound).toBe(true);
    expect(peer.lines.of("withdrawn")).toEqual([]);
    node.child.kill("SIGTERM");
    expect(await peer.lines.until("withdrawn")).toMatchObject({ prefix: vip, bound: true });
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("sends the withdrawal before the stop timeout, also when the drain would take all of it", async () => {
    const peer = await world.peer();
    const node = world.announce([...common, "--drain", "3", "--stop-timeout", "3"]);
    await peer.lines.until("announced");
    const before = performance.now();
    node.child.kill("SIGTERM");
    expect(await peer.lines.until("withdrawn")).toMatchObject({ bound: true });
    expect(await node.exit).toBe(0);
    expect(performance.now() - before).toBeLessThan(5000);
    expect(world.loopback()).toEqual([]);
  });

  test("comes back by itself when the peer was gone and returned", async () => {
    const first = await world.peer();
    const node = world.announce([...common, "--timers", "fast"]);
    await first.lines.until("announced");
    first.kill();
    await node.lines.until("peer.down", ({ reason }) => reason !== "connect-failed");
    expect(world.loopback()).toEqual([vip]);
    const second = await world.peer();
    expect(await second.lines.until("announced")).toMatchObject({ prefix: vip, bound: true });
  });

  test("takes the smaller hold time of both ends", async () => {
    const peer = await world.peer({ peers: [{ address: "10.9.0.1", asn: 65001, passive: true, holdTime: 30 }] });
    const node = world.announce([...common, "--hold-time", "90"]);
    expect(await node.lines.until("peer.established")).toMatchObject({ holdTime: 30 });
    expect(await peer.lines.until("established")).toMatchObject({ holdTime: 30 });
  });

  test("waits for a passive peer to connect to its listener", async () => {
    const node = world.announce([
      vip,
      "--asn",
      "65001",
      "--listen",
      "10.9.0.1:1179",
      "--peer",
      "10.9.0.254,asn=65000,passive",
    ]);
    await node.lines.until("vip.bound");
    const peer = await world.peer({ peers: [{ address: "10.9.0.1", asn: 65001, port: 1179, connectRetry: 1 }] });
    expect(await peer.lines.until("announced")).toMatchObject({ prefix: vip, bound: true });
  });

  test("goes on announcing when nobody reads its events any more", async () => {
    const peer = await world.peer();
    const node = world.announce(common);
    await node.lines.until("vip.announced");
    node.child.stdout!.destroy();
    world.ip("node", `address delete ${vip} dev lo`);
    await expect.poll(() => node.log()).toContain("nobody reads standard output any more");
    await expect.poll(() => world.loopback()).toEqual([vip]);
    expect(peer.lines.of("withdrawn")).toEqual([]);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    await peer.lines.until("withdrawn");
  });

  test("withdraws, unbinds and closes the session even when a defect ends it, says what it was, and exits 1", async () => {
    const peer = await world.peer();
    const defect = 'process.once("SIGUSR2", () => setImmediate(() => { throw new Error("this is a test"); }));';
    const node = world.announce(common, {
      env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(defect)}` },
    });
    await peer.lines.until("announced");
    node.child.kill("SIGUSR2");
    expect(await peer.lines.until("withdrawn")).toMatchObject({ bound: true });
    expect(await node.exit).toBe(1);
    expect(node.log()).toContain("stopping because of a defect: this is a test");
    expect(await peer.lines.until("notification")).toMatchObject({
      code: 6,
      text: expect.stringContaining("vipcast failed"),
    });
    expect(world.loopback()).toEqual([]);
  });
});
