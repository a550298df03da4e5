import { inspect } from "node:util";
import {
  acceptAll,
  CeaseSubcode,
  Family,
  formatPrefix,
  GRACEFUL_SHUTDOWN,
  MessageType,
  type PrefixCount,
} from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import type { ListenPeer } from "../../src/transport/options.ts";
import { connectPlain, listenPlain } from "../../src/transport/plain-transport.ts";
import { down, established, pair, pauseFor, RawPeer, speaker, until, up } from "../support.ts";

describe("an administrative shutdown", () => {
  test("tells the other operator why, stays down whoever dials, and ends with enable", async () => {
    const { a, b } = await established();
    b.shutdown("disk replacement, back at 14:00");
    await down(a);
    expect(a.snapshot().lastNotificationReceived?.text).toBe(
      'Cease / Administrative Shutdown: "disk replacement, back at 14:00"',
    );
    expect(b.snapshot()).toMatchObject({ state: "Idle", shutdown: "disk replacement, back at 14:00" });
    const refusals = a.snapshot().counters.messagesReceived;
    await until(
      () => a.snapshot().counters.messagesReceived > refusals,
      "a new attempt is refused, with the same text",
    );
    expect(a.snapshot().lastNotificationReceived?.text).toContain("back at 14:00");
    expect(b.snapshot().counters.established).toBe(1);
    b.enable();
    await up(a);
    expect(b.snapshot().shutdown).toBeUndefined();
  });

  test("may be how a peer begins", async () => {
    const { a, b } = await pair({ a: { shutdown: "not yet" } });
    await pauseFor(50);
    expect(a.snapshot()).toMatchObject({ state: "Idle", shutdown: "not yet", counters: { messagesSent: 0 } });
    a.enable();
    await up(b);
  });

  test("says nothing to a closed peer, and enable starts nothing that runs", async () => {
    const { a, speakerA } = await established();
    a.enable();
    expect(a.snapshot().state).toBe("Established");
    await speakerA.close();
    a.shutdown("late");
    a.enable();
    expect(a.snapshot()).toMatchObject({ closed: true, state: "Idle" });
  });
});

describe("a graceful shutdown (RFC 8326)", () => {
  test("sends every route again with the community, and then as it was, on the same session", async () => {
    const { a, b } = await established({ b: { importPolicy: acceptAll } });
    a.routes.set([{ prefix: "192.0.2.10/32", attributes: { communities: ["65000:1"] } }]);
    const seen = () =>
      [...b.adjRibIn.routes()].map(({ prefix, attributes }) => [formatPrefix(prefix), attributes.communities]);
    const plain = [["192.0.2.10/32", [65000 * 65536 + 1]]];
    await until(() => b.adjRibIn.size === 1, "the route arrives");
    expect(seen()).toEqual(plain);
    a.gracefulShutdown(true);
    expect(await a.routes.flushed()).toBe("flushed");
    await until(() => seen()[0]?.[1]?.length === 2, "it arrives again");
    expect(seen()).toEqual([["192.0.2.10/32", [65000 * 65536 + 1, GRACEFUL_SHUTDOWN]]]);
    a.routes.apply({ announce: [{ prefix: "192.0.2.11" }] });
    await until(() => b.adjRibIn.size === 2, "a later route arrives");
    expect(seen()[1]).toEqual(["192.0.2.11/32", [GRACEFUL_SHUTDOWN]]);
    expect(a.snapshot().gracefulShutdown).toBe(true);
    a.gracefulShutdown(false);
    await until(() => seen()[0]?.[1]?.length === 1, "the mark is taken back");
    expect(a.snapshot().counters.established).toBe(1);
  });

  test("is LOCAL_PREF 0 as well towards our own AS", async () => {
    const { a, b } = await established({
      speakerB: { asn: 65001 },
      b: { importPolicy: acceptAll },
    });
    a.routes.set([{ prefix: "192.0.2.10/32", attributes: { localPref: 300 } }]);
    const pref = () => [...b.adjRibIn.routes()][0]?.attributes.localPref;
    await until(() => pref() === 300, "the route arrives");
    a.gracefulShutdown(true);
    await until(() => pref() === 0, "its preference goes");
    a.gracefulShutdown(false);
    await until(() => pref() === 300, "its preference comes back");
  });
});

describe("local-as", () => {
  test("is what the peer sees in our OPEN and in AS_PATH, and its routes through either AS of ours are refused", async () => {
    const { a, b } = await established({
      a: { localAs: 64999, importPolicy: acceptAll },
      b: { asn: 64999, importPolicy: acceptAll },
    });
    expect(b.snapshot().session?.asn).toBe(64999);
    expect(a.snapshot().options.localAs).toBe(64999);
    a.routes.set([{ prefix: "192.0.2.10/32" }]);
    await until(() => b.adjRibIn.size === 1, "the route arrives");
    expect([...b.adjRibIn.routes()][0]?.attributes.asPath).toEqual([{ type: 2, asns: [64999] }]);
    const paths = [[64999], [65001], [64512]];
    b.routes.set(paths.map((asPath, index) => ({ prefix: `198.51.100.${index}/32`, attributes: { asPath } })));
    await until(() => a.adjRibIn.size > 0, "a route arrives");
    await pauseFor(50);
    expect([...a.adjRibIn.routes()].map(({ prefix }) => formatPrefix(prefix))).toEqual(["198.51.100.2/32"]);
  });

  test("makes a session with the same AS iBGP", async () => {
    const { a } = await established({ a: { localAs: 65000 }, b: { asn: "internal" } });
    expect(a.internal).toBe(true);
  });
});

test("a peer whose AS may be any external one tells which it is once it is known", async () => {
  const { a, b } = await pair({ a: { asn: "external" } });
  expect([a.asn, a.internal, b.asn]).toEqual([0, false, 65001]);
  await up(a);
  expect([a.asn, a.snapshot().asn, a.snapshot().session?.asn]).toEqual([65000, 65000, 65000]);
});

test("the snapshot shows the options in force, and of a password only that there is one", async () => {
  const local = speaker({ connect: () => connectPlain({ host: "127.0.0.1", port: 1 }) });
  const peer = local.addPeer({
    address: "10.0.0.254",
    group: { asn: 65000, holdTime: 30, password: "secret" },
    keepalive: 5,
    source: "eth0",
    multihop: 4,
    families: ["ipv4-unicast"],
  });
  expect(peer.snapshot().options).toEqual({
    asn: 65000,
    localAs: 65001,
    port: 179,
    passive: false,
    holdTime: 30,
    keepalive: 5,
    connectRetry: 5,
    delayOpen: 0,
    families: ["ipv4-unicast"],
    extendedNextHop: false,
    source: "eth0",
    multihop: 4,
    md5: true,
    staleTime: 120,
  });
  expect(JSON.stringify(peer.snapshot())).not.toContain("secret");
});

describe("a new password", () => {
  const changes: { readonly added: readonly ListenPeer[]; readonly removed: readonly ListenPeer[] }[] = [];
  const transport = {
    connect: ({ host, port, localAddress = "" }: { host: string; port: number; localAddress?: string }) =>
      connectPlain({ host, port, localAddress }),
    listen: ({ host, port }: { host: string; port: number }) => listenPlain({ host, port, peers: [] }),
    peersChanged: (_server: unknown, change: (typeof changes)[number]) => void changes.push(change),
  };

  test("reaches the listeners and the connection that is up, whose session stays", async () => {
    const rekeyed: (string | undefined)[] = [];
    const { b } = await established({
      b: { password: "old" },
      speakerB: { ...transport, rekey: (_socket, { password }) => void rekeyed.push(password) },
    });
    changes.length = 0;
    b.setPassword("new");
    const peer = { address: "127.0.0.1" };
    expect(changes).toEqual([{ added: [{ ...peer, password: "new" }], removed: [{ ...peer, password: "old" }] }]);
    b.setPassword(null);
    expect(changes[1]).toEqual({ added: [peer], removed: [{ ...peer, password: "new" }] });
    expect(rekeyed).toEqual(["new", undefined]);
    expect(b.snapshot()).toMatchObject({ state: "Established", options: { md5: false } });
  });

  test.each([
    ["is missing", {}],
    [
      "throws",
      {
        rekey: () => {
          throw new Error("ENOPROTOOPT");
        },
      },
    ],
  ])("resets the session where the transport's rekey %s", async (_how, more) => {
    const { a, b } = await established({ b: { password: "old" }, speakerB: { ...transport, ...more } });
    b.setPassword("new");
    await until(() => a.snapshot().lastNotificationReceived !== undefined, "the session is reset");
    expect(a.snapshot().lastNotificationReceived).toMatchObject({
      code: 6,
      subcode: CeaseSubcode.OtherConfigurationChange,
    });
    expect(b.snapshot().lastDown?.cause).toMatch(/^the TCP MD5 password was changed on our side/);
    await up(b);
  });

  test("that is none, or that nothing can honour, changes nothing", async () => {
    const { b } = await established();
    expect(() => b.setPassword("")).toThrow(/password has 0 octets/);
    expect(() => b.setPassword("x")).toThrow(/node:net cannot set the socket option that "password" needs/);
    expect(b.snapshot()).toMatchObject({ state: "Established", options: { md5: false } });
  });
});

test("a refused connection of a peer that is shut down gets the text as bytes of RFC 9003", async () => {
  const local = speaker();
  const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
  local.addPeer({ address: "127.0.0.9", asn: 65000, passive: true, shutdown: "später" });
  const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
  await until(() => raw.ended, "it is refused");
  const text = [...new TextEncoder().encode("später")];
  expect(raw.messages).toMatchObject([{ type: MessageType.Notification, code: 6, subcode: 2 }]);
  expect([...(raw.notification?.data ?? [])]).toEqual([text.length, ...text]);
});

test("a reset says why and comes back by itself", async () => {
  const { a, b } = await established();
  b.reset("new policy");
  await down(a);
  expect(a.snapshot().lastNotificationReceived?.text).toBe('Cease / Administrative Reset: "new policy"');
  expect(b.snapshot().lastDown?.reason).toBe("administrative-reset");
  await up(b);
});

describe("a limit of prefixes", () => {
  const routes = (count: number) => Array.from({ length: count }, (_, index) => ({ prefix: `198.51.100.${index}/32` }));

  test("warns, then ends the session with family and limit in the Cease, and stays down until enable", async () => {
    const warnings: PrefixCount[] = [];
    const { a, b } = await established({
      b: { maxPrefixes: { "ipv4-unicast": { limit: 4, warningPercent: 50 } }, importPolicy: acceptAll },
      handlersB: { onPrefixWarning: (warning) => void warnings.push(warning) },
    });
    a.routes.set(routes(2));
    await until(() => warnings.length > 0, "the warning comes");
    expect(warnings).toEqual([{ family: Family.Ipv4Unicast, count: 2, limit: 4 }]);
    expect(b.snapshot().session?.prefixes).toEqual([{ family: "ipv4-unicast", count: 2, limit: 4 }]);
    a.routes.set(routes(5));
    await down(a);
    const received = a.snapshot().lastNotificationReceived;
    expect(received).toMatchObject({ code: 6, subcode: CeaseSubcode.MaximumNumberOfPrefixesReached });
    await until(() => b.snapshot().heldDown !== undefined, "it is held down");
    expect(b.snapshot().heldDown?.until).toBeUndefined();
    expect(b.snapshot().lastDown?.reason).toBe("max-prefixes");
    a.routes.set(routes(1));
    await pauseFor(300);
    expect(b.snapshot().counters.established).toBe(1);
    b.enable();
    await up(a);
    await until(() => b.adjRibIn.size === 1, "the route is there");
  });

  test("may be for every family, and end by itself after the restart time", async () => {
    const { a, b } = await established({ b: { maxPrefixes: { limit: 1, restart: 0.5 } } });
    expect(b.snapshot().session?.prefixes).toHaveLength(2);
    a.routes.set([{ prefix: "2001:db8::1" }, { prefix: "2001:db8::2" }]);
    await down(b);
    expect(b.snapshot().heldDown?.until).toMatch(/^\d{4}-/);
    a.routes.set([{ prefix: "2001:db8::1" }]);
    await up(b);
  });
});

describe("roles (RFC 9234)", () => {
  test("that fit are shown at both ends", async () => {
    const { a, b } = await established({ a: { role: "customer" }, b: { role: "provider" } });
    expect([a.snapshot().session?.peerRole, b.snapshot().options.role]).toEqual(["provider", "provider"]);
  });

  test.each([
    [{ role: "provider" }, { role: "provider" }],
    [{}, { role: "peer", roleStrict: true }],
  ] as const)("%o and %o do not fit, and the log says so", async (one, other) => {
    const { b } = await pair({ a: one, b: other });
    // Each end may be the first to refuse the other.
    await until(() => b.snapshot().lastDown !== undefined, "the session is refused");
    const { lastDown, lastNotificationSent = b.snapshot().lastNotificationReceived } = b.snapshot();
    expect(lastNotificationSent).toMatchObject({ code: 2, subcode: 11 });
    expect(lastDown?.cause).toMatch(/role/);
  });
});

test("a password shows nowhere: neither in the snapshot nor when the peer itself is put into a log", () => {
  const listen = ({ host, port }: { host: string; port: number }) => listenPlain({ host, port, peers: [] });
  const peer = speaker({ listen, connect: connectPlain }).addPeer({
    address: "127.0.0.2",
    asn: 65000,
    passive: true,
    group: { password: "hunter2" },
  });
  for (const password of ["hunter2", "hunter3"]) {
    peer.setPassword(password);
    const said = [JSON.stringify(peer.snapshot()), JSON.stringify(peer), inspect(peer, { depth: 9, showHidden: true })];
    expect(said.join()).not.toContain("hunter");
  }
});
