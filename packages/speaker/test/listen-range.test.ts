import { describe, expect, test } from "vitest";
import type { ListenPeer } from "../src/index.ts";
import { Range } from "../src/listen-range.ts";
import { readPeerAddress } from "../src/transport/peer-address.ts";
import { listenPlain } from "../src/transport/plain-transport.ts";
import { host, update, wellKnown } from "./conformance/octets.ts";
import { RawPeer, speaker, until } from "./support.ts";
import { VirtualClock } from "./virtual-clock.ts";

const any = { asn: "external" } as const;

function covers(prefix: string, address: string): boolean {
  const read = readPeerAddress(address);
  if (read === null) throw new Error(`not an address: ${address}`);
  return new Range({ prefix, ...any }, {}, () => undefined).covers(read);
}

describe("a range", () => {
  test.each([
    ["10.0.0.0/24", "10.0.0.254", true],
    ["10.0.0.0/24", "10.0.1.0", false],
    ["10.0.0.0/23", "10.0.1.255", true],
    ["10.0.0.0/23", "10.0.2.0", false],
    ["0.0.0.0/0", "198.51.100.1", true],
    ["0.0.0.0/0", "fd00::1", false],
    ["fd00::/64", "fd00::1:2:3:4", true],
    ["fd00::/64", "fd00:0:0:1::1", false],
    ["fe80::/10", "fe80::1%eth0", true],
    ["192.0.2.7/32", "192.0.2.7", true],
  ])("%s has %s: %s", (prefix, address, expected) => {
    expect(covers(prefix, address)).toBe(expected);
  });

  test.each([
    [{ prefix: "10.0.0.1/24" }, /prefix "10.0.0.1\/24" is not a prefix/],
    [{ limit: 0 }, /limit is 0; it must be 1..65535/],
    [{ holdTime: 2 }, /holdTime is 2/],
    [{ asn: 0 }, /asn is 0/],
    [{ password: "" }, /password has 0 octets/],
  ])("with %o is refused in words", (options, message) => {
    expect(() => speaker().addListenRange({ prefix: "10.0.0.0/24", ...any, ...options })).toThrow(message);
  });

  test("is there once", async () => {
    const local = speaker();
    const range = local.addListenRange({ prefix: "10.0.0.0/24", ...any });
    expect(() => local.addListenRange({ prefix: "10.0.0.0/24", ...any })).toThrow(/10.0.0.0\/24 is configured already/);
    await local.removeListenRange(range);
    expect(() => local.addListenRange({ prefix: "10.0.0.0/24", ...any })).not.toThrow();
  });
});

describe("neighbours from a range", () => {
  test("become peers when they connect, announce and are announced to, and are forgotten when they go", async () => {
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const range = local.addListenRange(
      { prefix: "127.0.9.0/24", ...any, holdTime: 30 },
      { onEstablished: (_negotiated, peer) => peer.routes.set([{ prefix: "192.0.2.10/32" }]) },
    );
    expect([range.peers, local.peers]).toEqual([[], []]);
    const one = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    const two = await RawPeer.connect(port, "127.0.0.1", "127.0.9.2");
    await one.establish(65007, "10.0.0.7");
    await two.establish(65008, "10.0.0.8");
    await until(() => one.messages.length >= 3 && two.messages.length >= 3, "both get the route");
    expect(range.peers.map(({ address, asn }) => [address, asn])).toEqual([
      ["127.0.9.1", 65007],
      ["127.0.9.2", 65008],
    ]);
    expect(range.peers[0]?.snapshot()).toMatchObject({
      range: "127.0.9.0/24",
      options: { passive: true, holdTime: 30 },
    });
    one.socket.end();
    await until(() => range.peers.length === 1, "the first is forgotten");
    expect(local.peers.map(({ address }) => address)).toEqual(["127.0.9.2"]);
    const again = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await again.establish(65007, "10.0.0.7");
    await until(() => range.peers.length === 2, "it may come again");
    await local.removeListenRange(range);
    await until(() => again.ended && two.ended, "the range takes its neighbours along");
    expect(two.notification).toMatchObject({ code: 6, subcode: 3 });
    expect(local.peers).toEqual([]);
  });

  test("have one end each that is told, and not another one for being forgotten", async () => {
    const told: string[] = [];
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const range = local.addListenRange(
      { prefix: "127.0.9.0/24", ...any },
      { onDown: ({ reason, wasEstablished }, { address }) => told.push(`${address} ${reason} ${wasEstablished}`) },
    );
    const one = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await one.establish(65007, "10.0.0.7");
    const two = await RawPeer.connect(port, "127.0.0.1", "127.0.9.2");
    await until(() => range.peers.length === 2, "both are there");
    one.socket.end();
    two.socket.end();
    await until(() => range.peers.length === 0, "both are forgotten");
    expect(told.sort()).toEqual(["127.0.9.1 connection-closed true", "127.0.9.2 connection-closed false"]);
  });

  test("are not more than the limit, and the others are turned away as strangers", async () => {
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const range = local.addListenRange({ prefix: "127.0.9.0/24", ...any, limit: 2 });
    const raws: RawPeer[] = [];
    for (let index = 1; index <= 4; index++) raws.push(await RawPeer.connect(port, "127.0.0.1", `127.0.9.${index}`));
    await until(() => raws.filter((raw) => raw.ended).length === 2, "two are turned away");
    expect(raws.map((raw) => raw.notification?.subcode)).toEqual([undefined, undefined, 5, 5]);
    expect([range.peers.length, range.refused]).toEqual([2, 2]);
    raws[0]?.socket.destroy();
    await until(() => range.peers.length === 1, "one makes room");
    const late = await RawPeer.connect(port, "127.0.0.1", "127.0.9.9");
    await until(() => late.messages.length === 1, "another comes");
  });

  test("that passed their limit of prefixes stay away for the restart time, as configured peers do", async () => {
    const clock = new VirtualClock();
    const local = speaker({ clock });
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const maxPrefixes = { limit: 1, restart: 60 };
    const range = local.addListenRange({ prefix: "127.0.9.0/24", ...any, maxPrefixes });
    const greedy = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await greedy.establish(65000, "10.0.0.7");
    greedy.socket.write(Buffer.from(update({ attributes: wellKnown, nlri: host(1) + host(2) }), "hex"));
    await until(() => greedy.ended, "its session is ended");
    expect(range.peers[0]?.snapshot().heldDown?.cause).toBe("it announced more prefixes than it may");
    const again = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await until(() => again.ended, "it is turned away");
    expect(again.notification).toMatchObject({ code: 6, subcode: 5 });
    await clock.advance(60_000);
    expect(range.peers).toEqual([]);
    const later = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await until(() => later.messages.length === 1, "it may come again");
  });

  test("that were shut down stay down until they are enabled, whoever dials", async () => {
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const range = local.addListenRange({ prefix: "127.0.9.0/24", ...any });
    const first = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await first.establish(65000, "10.0.0.7");
    const [peer] = range.peers;
    peer?.shutdown("new cables");
    await until(() => first.ended, "its session is ended");
    const again = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await until(() => again.ended, "it is turned away");
    expect(again.notification).toMatchObject({ code: 6, subcode: 2 });
    expect(range.peers).toEqual([peer]);
    peer?.enable();
    expect(range.peers).toEqual([]);
    const later = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await until(() => later.messages.length === 1, "it may come again");
  });

  test("are forgotten where the whole range begins shut down", async () => {
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const range = local.addListenRange({ prefix: "127.0.9.0/24", ...any, limit: 1, shutdown: "not yet" });
    for (const address of ["127.0.9.1", "127.0.9.2"]) {
      const raw = await RawPeer.connect(port, "127.0.0.1", address);
      await until(() => raw.ended, "it is turned away");
      expect(raw.notification).toMatchObject({ code: 6, subcode: 2 });
    }
    expect([range.peers, range.refused]).toEqual([[], 0]);
  });

  test("that are removed make room", async () => {
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const range = local.addListenRange({ prefix: "127.0.9.0/24", ...any, limit: 1 });
    const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await until(() => range.peers.length === 1, "it is taken");
    const [peer] = range.peers;
    if (peer !== undefined) await local.removePeer(peer);
    await until(() => raw.ended, "it is said goodbye to");
    expect(range.peers).toEqual([]);
    const next = await RawPeer.connect(port, "127.0.0.1", "127.0.9.2");
    await until(() => next.messages.length === 1, "another comes");
  });

  test("that find their range full are told so in the log", async () => {
    const lines: string[] = [];
    const quiet = (): void => undefined;
    const warn = (_fields: object, message: string): void => void lines.push(message);
    const local = speaker({ logger: { debug: quiet, info: quiet, warn, error: quiet } });
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    local.addListenRange({ prefix: "127.0.9.0/24", ...any, limit: 1 });
    await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    const late = await RawPeer.connect(port, "127.0.0.1", "127.0.9.2");
    await until(() => late.ended, "the second is turned away");
    expect(lines).toContain(
      "closed a connection from 127.0.9.2: listen range 127.0.9.0/24 is full with 1 neighbours: raise its limit",
    );
  });

  test("belong to the narrowest range, and a configured peer to none", async () => {
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const wide = local.addListenRange({ prefix: "127.0.0.0/8", ...any });
    const narrow = local.addListenRange({ prefix: "127.0.9.0/24", ...any });
    local.addPeer({ address: "127.0.9.1", asn: 65000, passive: true });
    for (const host of ["127.0.9.1", "127.0.9.2", "127.0.8.1"]) {
      const raw = await RawPeer.connect(port, "127.0.0.1", host);
      await until(() => raw.messages.length === 1, "our OPEN arrives");
    }
    expect([wide, narrow].map((range) => range.peers.map(({ address }) => address))).toEqual([
      ["127.0.8.1"],
      ["127.0.9.2"],
    ]);
  });

  test("have the key of their prefix, which the listeners learn once", async () => {
    const changes: { readonly added: readonly ListenPeer[]; readonly removed: readonly ListenPeer[] }[] = [];
    const accepted: ListenPeer[] = [];
    const rekeyed: (string | undefined)[] = [];
    const local = speaker({
      listen: ({ host, port }) => listenPlain({ host, port, peers: [] }),
      peersChanged: (_server, change) => void changes.push(change),
      accepted: (_socket, peer) => void accepted.push(peer),
      rekey: (_socket, { password }) => void rekeyed.push(password),
    });
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const range = local.addListenRange({ prefix: "127.0.9.0/24", ...any, password: "rack", ttlSecurity: 1 });
    const key = { address: "127.0.9.0", prefixLength: 24, password: "rack", ttlSecurity: 1 };
    expect(changes).toEqual([{ added: [key], removed: [] }]);
    const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await until(() => range.peers.length === 1, "it is taken");
    expect(accepted).toEqual([{ address: "127.0.9.1", password: "rack", ttlSecurity: 1 }]);
    expect(() => range.peers[0]?.setPassword("own")).toThrow(
      /127.0.9.1 is that of its listen range: change it with range.setPassword/,
    );
    range.setPassword("next");
    expect(changes[1]).toEqual({ added: [{ ...key, password: "next" }], removed: [key] });
    expect([rekeyed, range.peers[0]?.snapshot().state]).toEqual([["next"], "OpenSent"]);
    raw.socket.destroy();
    await until(() => range.peers.length === 0, "it is forgotten");
    await RawPeer.connect(port, "127.0.0.1", "127.0.9.1");
    await until(() => accepted.length === 2, "it comes again");
    expect(accepted[1]?.password).toBe("next");
    expect(changes).toHaveLength(2);
    await local.removeListenRange(range);
    expect(changes[2]).toEqual({ added: [], removed: [{ ...key, password: "next" }] });
  });
});
