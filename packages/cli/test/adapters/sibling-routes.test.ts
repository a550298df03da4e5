import { type DesiredVip, parseVips, type VipInput } from "@vipcast/announcer";
import {
  type AttributeValues,
  decodeMessage,
  defaultCodecContext,
  encodeRoutes,
  Family,
  GRACEFUL_SHUTDOWN,
  MessageType,
  type Prefix,
  parsePrefix,
  type UpdateMessage,
  Writer,
} from "@vipcast/bgp";
import { describe, expect, it } from "vitest";
import { SiblingRoutes } from "../../src/adapters/sibling-routes.ts";

const V = "192.0.2.10/32";
const router = "10.0.0.254";
const both = [Family.Ipv4Unicast, Family.Ipv6Unicast];

function vips(...inputs: (Partial<VipInput> & { prefix: string })[]): readonly DesiredVip[] {
  return parseVips(inputs.map((input) => ({ lastNodeGuard: true, ...input }))).vips;
}

/** A node in AS 65001 that watches, with the session up. */
function watching(...watched: readonly DesiredVip[]): SiblingRoutes {
  const siblings = new SiblingRoutes({ asn: 65001, community: "65001:1:1" });
  siblings.watch(watched.length > 0 ? watched : vips({ prefix: V }));
  siblings.established(router, both);
  return siblings;
}

/** An UPDATE as a peer sends it; null attributes withdraw. */
function update(prefixes: readonly string[], attributes: Partial<AttributeValues> | null, pathId = -1): UpdateMessage {
  const nlri = prefixes.map((prefix): Prefix => ({ ...parsePrefix(prefix)!, pathId }));
  const { family } = nlri[0]!;
  const nextHop = family === Family.Ipv4Unicast ? [10, 0, 0, 254] : [0xfe, 0x80, ...new Array<number>(13).fill(0), 1];
  const values = { origin: 0, asPath: path(65000, 65001), nextHop: Uint8Array.from(nextHop), ...attributes } as const;
  const addPath = pathId < 0 ? [] : both;
  const context = { ...defaultCodecContext, addPathSend: addPath, addPathReceive: addPath };
  const w = new Writer();
  const found: UpdateMessage[] = [];
  encodeRoutes(w, { family, attributes: attributes === null ? null : values, nlri }, context, (end) => {
    const message = decodeMessage(w.bytes.slice(0, end), 0, end, context);
    if (message.type === MessageType.Update) found.push(message);
  });
  expect(found).toHaveLength(1);
  return found[0]!;
}

function path(...asns: number[]): NonNullable<AttributeValues["asPath"]> {
  return [{ type: 2, asns }];
}

/** `65001:1:2` is the node with router id 0.0.0.2. */
function tagged(...ids: number[]): Partial<AttributeValues> {
  return { largeCommunities: ids.map((id) => [65001, 1, id] as const) };
}

describe("SiblingRoutes", () => {
  it("names the nodes whose community is on a route of a watched VIP", () => {
    const siblings = watching(
      ...vips({ prefix: V }, { prefix: "2001:db8::10" }, { prefix: "198.51.100.0/25", allowAggregates: true }),
    );
    siblings.receive(router, update([V, "192.0.2.11/32", "198.51.100.0/25"], tagged(2)));
    siblings.receive(router, update(["2001:db8::10/128"], tagged(3)));
    expect(siblings.of(V)).toEqual(["0.0.0.2"]);
    expect(siblings.of("198.51.100.0/25")).toEqual(["0.0.0.2"]);
    expect(siblings.of("2001:db8::10/128")).toEqual(["0.0.0.3"]);
    expect(siblings.of("192.0.2.11/32")).toBeNull();
  });

  it.each<[string, Partial<AttributeValues>]>([
    ["our own that comes back", tagged(1, 2)],
    ["one that is about to go", { ...tagged(2), communities: [GRACEFUL_SHUTDOWN] }],
    ["one without a community", {}],
    ["one with a community of another function", { largeCommunities: [[65001, 2, 2]] }],
    ["one with a community of an AS on the way", { largeCommunities: [[65000, 1, 528]] }],
  ])("does not take for another node's route %s, which also replaces the one before", (_, attributes) => {
    const siblings = watching();
    siblings.receive(router, update([V], tagged(2)));
    expect(siblings.of(V)).toEqual(["0.0.0.2"]);
    siblings.receive(router, update([V], attributes));
    expect(siblings.of(V)).toEqual([]);
  });

  it("knows nodes with an AS of their own by where the path begins, and inside our AS by an empty path", () => {
    const siblings = watching();
    siblings.receive(router, update([V], { asPath: path(65000, 65002), largeCommunities: [[65002, 1, 7]] }));
    expect(siblings.of(V)).toEqual(["0.0.0.7"]);
    siblings.receive(router, update([V], { asPath: [], ...tagged(8) }));
    expect(siblings.of(V)).toEqual(["0.0.0.8"]);
  });

  it("does not take a community that every node gives the VIP for a node's", () => {
    const siblings = watching(...vips({ prefix: V, largeCommunities: ["65001:1:99"] }));
    siblings.receive(router, update([V], tagged(99)));
    expect(siblings.of(V)).toEqual([]);
  });

  it("keeps paths apart, forgets what is withdrawn, and adds up over peers", () => {
    const siblings = watching();
    siblings.established("10.0.0.253", both);
    siblings.receive(router, update([V], tagged(2), 20));
    siblings.receive(router, update([V], tagged(3), 30));
    siblings.receive("10.0.0.253", update([V], tagged(10)));
    expect(siblings.of(V)).toEqual(["0.0.0.2", "0.0.0.3", "0.0.0.10"]);
    siblings.receive(router, update([V], null, 20));
    expect(siblings.of(V)).toEqual(["0.0.0.3", "0.0.0.10"]);
    siblings.down(router);
    expect(siblings.of(V)).toEqual(["0.0.0.10"]);
    siblings.receive(router, update([V], tagged(2)));
    expect(siblings.of(V)).toEqual(["0.0.0.10"]);
    siblings.down("10.0.0.253");
    expect(siblings.of(V)).toBeNull();
  });

  it("remembers a bounded number of paths and communities, however many are sent", () => {
    const siblings = watching();
    for (let id = 2; id < 1000; id++) siblings.receive(router, update([V], tagged(id), id));
    expect(siblings.of(V)).toHaveLength(64);
    const other = watching();
    other.receive(router, update([V], tagged(2, 3, 4, 5, 6, 7, 8, 9)));
    expect(other.of(V)).toHaveLength(4);
  });

  it("says that it does not know of a family without a session, of a VIP that came later, and after a family was given up", () => {
    const siblings = new SiblingRoutes({ asn: 65001, community: null });
    siblings.watch(vips({ prefix: V }));
    siblings.established(router, [Family.Ipv6Unicast]);
    expect(siblings.of(V)).toBeNull();
    siblings.established(router, both);
    siblings.watch(vips({ prefix: V }, { prefix: "192.0.2.11" }));
    expect([siblings.of(V), siblings.of("192.0.2.11/32")]).toEqual([[], null]);
    siblings.receive(router, update([V, "192.0.2.11/32"], tagged(2)));
    expect(siblings.of("192.0.2.11/32")).toEqual(["0.0.0.2"]);
    siblings.receive(router, { ...update([V], tagged(2)), outcome: 3, retain: () => update([V], tagged(2)) });
    expect(siblings.of(V)).toBeNull();
  });

  it("takes a malformed announcement for a withdrawal (RFC 7606 §2)", () => {
    const siblings = watching();
    siblings.receive(router, update([V], tagged(2)));
    siblings.receive(router, { ...update([V], tagged(2)), outcome: 2, retain: () => update([V], tagged(2)) });
    expect(siblings.of(V)).toEqual([]);
  });

  it("watches only VIPs with the guard, and forgets those that lose it", () => {
    const siblings = watching();
    siblings.receive(router, update([V], tagged(2)));
    siblings.watch(vips({ prefix: V, lastNodeGuard: false }));
    expect(siblings.of(V)).toBeNull();
    siblings.watch(vips({ prefix: V }));
    expect(siblings.of(V)).toBeNull();
  });
});
