import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

const v4 = "192.0.2.10/32";
const v6 = "2001:db8:2::10/128";

describe.skipIf(!canMakeNamespaces)("a session", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("over IPv4 carries an IPv6 VIP, with the next hop of the same interface", async () => {
    const peer = await world.peer();
    world.announce([v6, v4, "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"]);
    const six = await peer.lines.until("announced", ({ prefix }) => prefix === v6);
    expect(six).toMatchObject({ bound: true, attributes: { nextHop: "2001:db8:9::1" } });
    expect(await peer.lines.until("announced", ({ prefix }) => prefix === v4)).toMatchObject({
      bound: true,
      attributes: { nextHop: "10.9.0.1" },
    });
    expect(world.loopback().sort()).toEqual([v4, v6]);
  });

  test("over IPv6 carries an IPv4 VIP, with the next hop of the same interface", async () => {
    const peer = await world.peer({
      listen: ["2001:db8:9::fe"],
      peers: [{ address: "2001:db8:9::1", asn: 65001, passive: true, extendedNextHop: false }],
    });
    world.announce([v4, v6, "--asn", "65001", "--peer", "[2001:db8:9::fe],asn=65000,port=1790"]);
    expect(await peer.lines.until("announced", ({ prefix }) => prefix === v4)).toMatchObject({
      bound: true,
      attributes: { nextHop: "10.9.0.1" },
    });
    expect(await peer.lines.until("announced", ({ prefix }) => prefix === v6)).toMatchObject({
      bound: true,
      attributes: { nextHop: "2001:db8:9::1" },
    });
  });

  test("never has a VIP as the next hop, not even where both are on the interface of the session", async () => {
    const peer = await world.peer();
    world.announce([v6, v4, "--interface", "eth0", "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"]);
    expect(await peer.lines.until("announced", ({ prefix }) => prefix === v6)).toMatchObject({
      bound: true,
      attributes: { nextHop: "2001:db8:9::1" },
    });
  });

  test("that did not negotiate the family of a VIP says so, and carries the others", async () => {
    const peer = await world.peer();
    const node = world.announce([v4, v6, "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790,families=ipv4"]);
    await peer.lines.until("announced", ({ prefix }) => prefix === v4);
    await expect.poll(() => node.log()).toContain("the peer did not negotiate ipv6-unicast");
    expect(peer.lines.of("announced")).toHaveLength(1);
  });

  test("with several peers announces to each, and iBGP gets LOCAL_PREF and an empty path", async () => {
    const external = await world.peer();
    const internal = await world.peer({
      asn: 65001,
      listen: ["2001:db8:9::fe"],
      peers: [{ address: "2001:db8:9::1", asn: 65001, passive: true }],
    });
    const peers = ["--peer", "10.9.0.254,asn=65000,port=1790", "--peer", "2001:db8:9::fe,asn=65001,port=1790"];
    const node = world.announce([
      v4,
      "--asn",
      "65001",
      ...peers,
      "--local-pref",
      "250",
      "--prepend",
      "2",
      "--next-hop",
      "10.9.0.77",
    ]);
    const outside = await external.lines.until("announced");
    const inside = await internal.lines.until("announced");
    expect(outside.attributes).toMatchObject({ asPath: [{ asns: [65001, 65001, 65001] }], nextHop: "10.9.0.77" });
    expect(outside.attributes).not.toHaveProperty("localPref");
    expect(inside.attributes).toMatchObject({ asPath: [], localPref: 250, nextHop: "10.9.0.77" });
    await node.lines.until("vip.announced", (line) => line.peer === "2001:db8:9::fe");
    expect(
      node.lines
        .of("vip.announced")
        .map((line) => line.peer)
        .sort(),
    ).toEqual(["10.9.0.254", "2001:db8:9::fe"]);
  });

  test("between four-octet AS numbers, one written as asdot, comes up", async () => {
    const peer = await world.peer({ asn: 4200000001, peers: [{ address: "10.9.0.1", asn: 65546, passive: true }] });
    world.announce([v4, "--asn", "1.10", "--peer", "10.9.0.254,as=4200000001,port=1790"]);
    expect((await peer.lines.until("announced")).attributes).toMatchObject({ asPath: [{ asns: [65546] }] });
  });

  test("is protected by the key in a file, which no output shows", async () => {
    const key = "s3cret:with,commas";
    const path = join(world.stateDir, "peer.key");
    writeFileSync(path, `${key}\n`, { mode: 0o600 });
    const peer = await world.peer({ peers: [{ address: "10.9.0.1", asn: 65001, passive: true, password: key }] });
    const node = world.announce([
      v4,
      "--asn",
      "65001",
      "--peer",
      `10.9.0.254,asn=65000,port=1790,password-file=${path}`,
      "--log-level",
      "trace",
    ]);
    expect(await peer.lines.until("announced")).toMatchObject({ bound: true });
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(node.log() + JSON.stringify(node.lines.all)).not.toContain("s3cret");
  });

  test("is protected by the key in the environment, actively and passively", async () => {
    const key = "from the environment";
    const env = { VIPCAST_PEER_PASSWORD: key };
    const dialled = world.announce(
      [v4, "--asn", "65001", "--listen", "10.9.0.1:1179", "--peer", "10.9.0.254,asn=65000,passive"],
      { env },
    );
    await dialled.lines.until("vip.bound");
    const peer = await world.peer({
      peers: [{ address: "10.9.0.1", asn: 65001, port: 1179, password: key, connectRetry: 1 }],
    });
    expect(await peer.lines.until("announced")).toMatchObject({ bound: true });
  });

  test("does not come up with the wrong key", async () => {
    const path = join(world.stateDir, "peer.key");
    writeFileSync(path, "wrong", { mode: 0o644 });
    const peer = await world.peer({ peers: [{ address: "10.9.0.1", asn: 65001, passive: true, password: "right" }] });
    const node = world.announce([
      v4,
      "--asn",
      "65001",
      "--peer",
      `10.9.0.254,asn=65000,port=1790,password-file=${path}`,
    ]);
    await node.lines.until("vip.bound");
    await expect.poll(() => node.log()).toContain(`every user can read it; run chmod 600 ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(node.lines.names).not.toContain("peer.established");
    expect(peer.lines.names).not.toContain("established");
  });

  test("with TTL security on both ends comes up, dialled and accepted", async () => {
    const peer = await world.peer({ peers: [{ address: "10.9.0.1", asn: 65001, passive: true, ttlSecurity: 1 }] });
    world.announce([v4, "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790,ttl-security=1"]);
    expect(await peer.lines.until("announced")).toMatchObject({ bound: true });
  });

  test("bound to an interface and a source address comes from there", async () => {
    world.ip("node", "address add 10.9.0.2/24 dev eth0");
    const peer = await world.peer({ peers: [{ address: "10.9.0.2", asn: 65001, passive: true }] });
    world.announce([v4, "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790,source=10.9.0.2,interface=eth0"]);
    expect(await peer.lines.until("announced")).toMatchObject({
      peer: "10.9.0.2",
      attributes: { nextHop: "10.9.0.2" },
    });
  });

  test("over link-local addresses comes up with a zone", async () => {
    world.ip("node", "address add fe80::9:1/64 dev eth0 nodad");
    world.ip("router", "address add fe80::9:fe/64 dev eth0 nodad");
    const peer = await world.peer({
      listen: ["fe80::9:fe%eth0"],
      peers: [{ address: "fe80::9:1%eth0", asn: 65001, passive: true }],
    });
    world.announce([v6, "--asn", "65001", "--peer", "fe80::9:fe%eth0,asn=65000,port=1790,source=fe80::9:1%eth0"]);
    expect(await peer.lines.until("announced")).toMatchObject({ prefix: v6, bound: true });
  });
});
