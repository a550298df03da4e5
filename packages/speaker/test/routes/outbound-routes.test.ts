import { acceptAll, Family, formatPrefix, MessageType, type UpdateMessage } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import type { Route, RoutesChanged, RoutesSent } from "../../src/index.ts";
import { established, pair, pauseFor, type RawPeer, rawListener, speaker, until, up } from "../support.ts";

/** A speaker's peer with a scripted one at the other end, session up. */
async function scripted(): Promise<{
  peer: ReturnType<ReturnType<typeof speaker>["addPeer"]>;
  raw: RawPeer;
  sent: RoutesSent[];
}> {
  const sent: RoutesSent[] = [];
  const listener = await rawListener("127.0.0.2");
  const peer = speaker().addPeer(
    { address: "127.0.0.2", asn: 65000, port: listener.port, source: "127.0.0.1" },
    { onRoutesSent: (event) => void sent.push(event) },
  );
  const raw = await listener.next();
  await raw.establish(65000, "10.0.0.2");
  await up(peer);
  return { peer, raw, sent };
}

/** `192.0.2.0` and upwards, as many as asked for. */
function hostRoutes(count: number, attributes?: (index: number) => Route["attributes"]): Route[] {
  return Array.from({ length: count }, (_, index) => {
    const prefix = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`;
    const set = attributes?.(index);
    return set === undefined ? { prefix } : { prefix, attributes: set };
  });
}

/** Attributes of its own for each route, of 600 octets: `count` of them make 8 MB of UPDATEs, of which the kernel takes 4. */
function bulky(index: number): Route["attributes"] {
  return { med: index, communities };
}
const communities = Array.from({ length: 150 }, (_, index) => index);
const count = 14_000;

function updates(raw: RawPeer): UpdateMessage[] {
  return raw.messages.filter((message) => message.type === MessageType.Update);
}

function announced(message: UpdateMessage): string[] {
  return [...message.nlri.materialise(), ...(message.attributes.mpReach?.nlri.materialise() ?? [])].map(formatPrefix);
}

function withdrawn(message: UpdateMessage): string[] {
  return [...message.withdrawn.materialise(), ...(message.attributes.mpUnreach?.nlri.materialise() ?? [])].map(
    formatPrefix,
  );
}

describe("between two speakers", () => {
  test("routes arrive with the attributes asked for, change, and go", async () => {
    const heard: RoutesChanged[] = [];
    const { a, b } = await established({
      b: { importPolicy: acceptAll },
      handlersB: { onRoutes: (change) => void heard.push(change) },
    });
    const attributes = {
      communities: ["65000:100", "no-export"],
      largeCommunities: ["65000:1:2"],
      med: 50,
      prepend: 2,
      asPath: [65010],
    };
    a.routes.set([{ prefix: "192.0.2.10", attributes }, { prefix: "2001:db8::10/128" }]);
    await until(() => b.adjRibIn.size === 2, "both routes are there");
    const [v4, v6] = heard.flatMap(({ announce }) => announce);
    expect(v4).toMatchObject({ text: "192.0.2.10/32" });
    expect(v4?.attributes).toEqual({
      origin: 0,
      asPath: [{ type: 2, asns: [65001, 65001, 65001, 65010] }],
      nextHop: Uint8Array.of(127, 0, 0, 1),
      multiExitDisc: 50,
      communities: [65000 * 65536 + 100, 0xffffff01],
      largeCommunities: [[65000, 1, 2]],
    });
    expect(v6?.text).toBe("2001:db8::10/128");
    expect(v6?.attributes.nextHop).toHaveLength(16);

    a.routes.apply({ announce: [{ prefix: "192.0.2.10/32" }], withdraw: ["2001:db8::10/128"] });
    await until(() => b.adjRibIn.size === 1, "the IPv6 route is gone");
    expect(heard.at(-1)?.announce.length === 1 || heard.at(-2)?.announce.length === 1).toBe(true);
    expect([...b.adjRibIn.routes()][0]?.attributes.multiExitDisc).toBeUndefined();
    a.routes.set([]);
    await until(() => b.adjRibIn.size === 0, "everything is gone");
    expect(a.snapshot().routes).toEqual({ desired: 0, advertised: 0, pending: 0, refused: [], received: 0 });
  });

  test("iBGP sends an empty AS_PATH and LOCAL_PREF, 100 unless asked for", async () => {
    const { a, b } = await established({ speakerB: { asn: 65001 }, b: { importPolicy: acceptAll } });
    a.routes.set([
      { prefix: "192.0.2.1/32", attributes: { prepend: 3 } },
      { prefix: "192.0.2.2/32", attributes: { localPref: 50 } },
    ]);
    await until(() => b.adjRibIn.size === 2, "both routes are there");
    expect(Array.from(b.adjRibIn.routes(), ({ attributes }) => [attributes.asPath, attributes.localPref])).toEqual([
      [[], 100],
      [[], 50],
    ]);
  });

  test("IPv4 routes travel over an IPv6 session with an IPv6 next hop where the interface has no IPv4 address", async () => {
    const { a, b } = await established({
      hosts: ["::1", "::1"],
      speakerA: { localAddresses: () => [{ address: "::1", interface: "lo" }] },
      b: { importPolicy: acceptAll },
    });
    a.routes.set([{ prefix: "192.0.2.10/32" }]);
    await until(() => b.adjRibIn.size === 1, "the route is there");
    expect([...b.adjRibIn.routes()][0]?.attributes.nextHop).toHaveLength(16);
  });

  test("without an import policy nothing is accepted, and onUpdate sees it all the same (RFC 8212 §3)", async () => {
    let seen = 0;
    let accepted = 0;
    const { a, b } = await established({
      handlersB: {
        onUpdate: ({ nlri }) => {
          seen += nlri.count;
          return undefined;
        },
        onRoutes: () => void accepted++,
      },
    });
    a.routes.set(hostRoutes(3));
    await until(() => seen === 3, "the UPDATE is seen");
    expect([b.adjRibIn.size, accepted, b.snapshot().routes.received]).toEqual([0, 0, 0]);
  });

  test("what was accepted is withdrawn when the session ends, before onDown", async () => {
    const order: string[] = [];
    const { a, b, speakerA } = await established({
      b: { importPolicy: acceptAll },
      handlersB: {
        onRoutes: ({ announce, withdraw }) => void order.push(`+${announce.length} -${withdraw.length}`),
        onDown: () => void order.push("down"),
      },
    });
    a.routes.set(hostRoutes(3));
    await until(() => b.adjRibIn.size === 3, "the routes are there");
    await speakerA.close();
    await until(() => order.includes("down"), "the end is noticed");
    expect(order).toEqual(["+3 -0", "+0 -3", "down"]);
  });
});

describe("on the wire", () => {
  test("5,000 routes with equal attributes fill as few UPDATEs as fit, then End-of-RIB", async () => {
    const { peer, raw } = await scripted();
    await until(() => updates(raw).length === 1, "the first End-of-RIB is there");
    peer.routes.set(hostRoutes(5000));
    await peer.routes.flushed();
    await until(
      () => updates(raw).reduce((sum, update) => sum + update.nlri.count, 0) === 5000,
      "all routes are there",
    );
    // A /32 takes five of the 4096 octets, less 23 of header and lengths and 20 of attributes.
    expect(
      updates(raw)
        .slice(1)
        .map((update) => update.nlri.count),
    ).toEqual([810, 810, 810, 810, 810, 810, 140]);
    expect(new Set(updates(raw).flatMap(announced)).size).toBe(5000);
  });

  test("routes set before the session are followed by End-of-RIB; setting them again sends nothing", async () => {
    const listener = await rawListener("127.0.0.2");
    const peer = speaker().addPeer({ address: "127.0.0.2", asn: 65000, port: listener.port });
    peer.routes.set(hostRoutes(3));
    const raw = await listener.next();
    await raw.establish(65000, "10.0.0.2");
    await until(() => updates(raw).length === 2, "routes and End-of-RIB are there");
    expect(updates(raw).map((update) => [announced(update).length, update.endOfRib])).toEqual([
      [3, -1],
      [0, Family.Ipv4Unicast],
    ]);
    peer.routes.set(hostRoutes(3));
    expect(await peer.routes.flushed()).toBe("flushed");
    await pauseFor(50);
    expect(updates(raw).length).toBe(2);
  });

  test("changes made in one turn leave together: withdrawals first, what was undone not at all", async () => {
    const { peer, raw } = await scripted();
    peer.routes.set(hostRoutes(2));
    await peer.routes.flushed();
    peer.routes.apply({ announce: [{ prefix: "192.0.2.1/32" }] });
    peer.routes.apply({ withdraw: ["192.0.2.1/32", "10.0.0.0/32"] });
    peer.routes.apply({ announce: [{ prefix: "192.0.2.2/32", attributes: { med: 1 } }] });
    await peer.routes.flushed();
    await until(() => updates(raw).length === 4, "the changes are there");
    expect(
      updates(raw)
        .slice(2)
        .map((update) => [withdrawn(update), announced(update)]),
    ).toEqual([
      [["10.0.0.0/32"], []],
      [[], ["192.0.2.2/32"]],
    ]);
  });

  test("a route refresh is answered with everything again, then End-of-RIB", async () => {
    const { peer, raw } = await scripted();
    peer.routes.set(hostRoutes(2));
    await peer.routes.flushed();
    await until(() => updates(raw).length === 2, "the routes are there");
    raw.send({ type: MessageType.RouteRefresh, family: Family.Ipv4Unicast, subtype: 0 });
    await until(() => updates(raw).length === 4, "the answer is there");
    expect(updates(raw).map((update) => [announced(update).length, update.endOfRib])).toEqual([
      [0, Family.Ipv4Unicast],
      [2, -1],
      [2, -1],
      [0, Family.Ipv4Unicast],
    ]);
  });
});

describe("towards a peer that does not read", () => {
  test("memory is bounded, later changes replace earlier ones, and all of the last state arrives in the end", async () => {
    const { peer, raw, sent } = await scripted();
    raw.socket.pause();
    peer.routes.set(hostRoutes(count, bulky));
    let flushed = false;
    const flushing = peer.routes.flushed().then((result) => {
      flushed = true;
      return result;
    });
    await until(() => peer.snapshot().routes.advertised > 0, "the pump has begun");
    await pauseFor(500);
    const { pending } = peer.snapshot().routes;
    expect(pending).toBeGreaterThan(0);
    expect(flushed).toBe(false);
    // All that waits becomes one attribute set before it was ever sent.
    peer.routes.set(hostRoutes(count));
    raw.socket.resume();
    expect(await flushing).toBe("flushed");
    const state = new Map<string, number>();
    let messages = 0;
    await until(() => {
      for (const update of updates(raw).slice(messages)) {
        messages++;
        for (const prefix of announced(update)) state.set(prefix, update.attributes.multiExitDisc);
      }
      return state.size === count && [...state.values()].every((med) => med === -1);
    }, "the last state has arrived");
    expect(messages).toBeLessThan(count);
    expect(sent.reduce((sum, event) => sum + event.announced.length, 0)).toBeLessThan(2 * count);
    expect(peer.snapshot().state).toBe("Established");
  });
});

describe("flushed", () => {
  test("resolves at once while there is no session, and when the session goes down meanwhile", async () => {
    const lonely = speaker().addPeer({ address: "127.0.0.3", asn: 65000, passive: true });
    lonely.routes.set(hostRoutes(1));
    expect(await lonely.routes.flushed()).toBe("down");

    const { peer, raw } = await scripted();
    raw.socket.pause();
    peer.routes.set(hostRoutes(count, bulky));
    const flushing = peer.routes.flushed();
    raw.socket.resetAndDestroy();
    expect(await flushing).toBe("down");
  });

  test("rejects when its signal aborts", async () => {
    const { peer, raw } = await scripted();
    raw.socket.pause();
    peer.routes.set(hostRoutes(count, bulky));
    await expect(peer.routes.flushed({ signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    await expect(peer.routes.flushed({ signal: AbortSignal.abort(new Error("too late")) })).rejects.toThrow("too late");
  });

  test("has been preceded by onRoutesSent with every prefix", async () => {
    const { peer, sent } = await scripted();
    peer.routes.set([{ prefix: "192.0.2.1" }, { prefix: "192.0.2.2" }]);
    await peer.routes.flushed();
    peer.routes.apply({ withdraw: ["192.0.2.1"] });
    await peer.routes.flushed();
    expect(sent).toEqual([
      { announced: ["192.0.2.1/32", "192.0.2.2/32"], withdrawn: [] },
      { announced: [], withdrawn: ["192.0.2.1/32"] },
    ]);
  });
});

describe("routes that cannot be sent", () => {
  test("are refused in words, in the snapshot and once through onError, while the others go", async () => {
    const errors: Error[] = [];
    const { a, b } = await pair({
      b: { importPolicy: acceptAll, families: ["ipv4-unicast"] },
      handlersA: { onError: (error) => void errors.push(error) },
    });
    a.routes.set([{ prefix: "192.0.2.1" }, { prefix: "2001:db8::1" }]);
    await until(() => b.adjRibIn.size === 1, "the IPv4 route is there");
    a.routes.apply({ announce: [{ prefix: "192.0.2.2" }] });
    const reason = "the peer did not negotiate ipv6-unicast: enable that family on both ends";
    expect(a.snapshot().routes).toMatchObject({ desired: 3, refused: [{ prefix: "2001:db8::1/128", reason }] });
    expect(errors.map((error) => error.message)).toEqual([`2001:db8::1/128 is not sent to 127.0.0.2: ${reason}`]);
    expect(errors[0]).toMatchObject({ code: "ERR_SPEAKER_ROUTE_REFUSED" });
  });

  test("are sent by themselves once the missing next hop appears", async () => {
    const addresses = [{ address: "127.0.0.1", interface: "lo" }];
    const { a, b } = await established({
      speakerA: { localAddresses: () => addresses },
      b: { importPolicy: acceptAll },
    });
    a.routes.set([{ prefix: "2001:db8::1" }]);
    expect(a.snapshot().routes.refused[0]?.reason).toMatch(/no IPv6 address/);
    addresses.push({ address: "::1", interface: "lo" });
    await until(() => b.adjRibIn.size === 1, "the route is there");
    expect(a.snapshot().routes.refused).toEqual([]);
  });

  test("and nonsense throws before anything changes", async () => {
    const { a } = await pair();
    a.routes.set([{ prefix: "192.0.2.1/32" }]);
    const bad: [() => void, RegExp][] = [
      [() => a.routes.set([{ prefix: "192.0.2.7/32" }, { prefix: "192.0.2.1/24" }]), /"192.0.2.1\/24" is not a prefix/],
      [() => a.routes.apply({ withdraw: ["192.0.2.1/32", "vip"] }), /"vip" is not a prefix/],
      [
        () => a.routes.apply({ announce: [{ prefix: "192.0.2.7", attributes: { med: -1 } }] }),
        /route 192.0.2.7: med is -1/,
      ],
    ];
    for (const [act, message] of bad) expect(act).toThrow(message);
    expect(a.routes.size).toBe(1);
  });
});
