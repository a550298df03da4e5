import { formatPrefix } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import type { PeerOptions } from "../../src/index.ts";
import { until } from "../support.ts";
import { attribute, host, keepalive, notification, open, update, wellKnown } from "./octets.ts";
import { cuts, scriptedPeer } from "./scripted-peer.ts";

/** A malformed UPDATE about 192.0.2.1, which was announced before, as 192.0.2.2 was. */
interface Malformed {
  readonly name: string;
  readonly attributes?: string;
  /** Instead of attributes for 192.0.2.1: the whole message. */
  readonly says?: string;
  readonly options?: Partial<PeerOptions>;
}

const { origin, asPath, nextHop, med } = attribute;
const internal = { options: { asn: 65001 } } as const;

/** RFC 7606 §7 and the RFCs of later attributes: the route is as good as withdrawn. */
const treatedAsWithdraw: readonly Malformed[] = [
  { name: "ORIGIN of an unknown value", attributes: `40010109${asPath}${nextHop}` },
  { name: "ORIGIN of two octets", attributes: `4001020000${asPath}${nextHop}` },
  { name: "ORIGIN flagged as optional", attributes: `c0010100${asPath}${nextHop}` },
  { name: "no ORIGIN", attributes: asPath + nextHop },
  { name: "AS_PATH with an unknown segment type", attributes: `${origin}40020609010000fde8${nextHop}` },
  { name: "AS_PATH with an empty segment", attributes: `${origin}4002020200${nextHop}` },
  { name: "AS_PATH with a segment that overruns it", attributes: `${origin}40020602020000fde8${nextHop}` },
  { name: "no AS_PATH", attributes: origin + nextHop },
  { name: "NEXT_HOP of five octets", attributes: `${origin}${asPath}4003057f00000900` },
  { name: "no NEXT_HOP", attributes: origin + asPath },
  { name: "MULTI_EXIT_DISC of three octets", attributes: `${origin}${asPath}${nextHop}800403000005` },
  { name: "COMMUNITIES of five octets", attributes: `${wellKnown}c00805fde8000100` },
  { name: "COMMUNITIES of no octets", attributes: `${wellKnown}c00800` },
  { name: "EXTENDED COMMUNITIES of seven octets", attributes: `${wellKnown}c0100700020000000000` },
  { name: "LARGE_COMMUNITY of eleven octets", attributes: `${wellKnown}c0200b${"00".repeat(11)}` },
  { name: "ONLY_TO_CUSTOMER of three octets", attributes: `${wellKnown}c02303000001` },
  { name: "the last attribute overrunning the others", attributes: `${wellKnown}c00808fde80001` },
  { name: "an attribute header cut short", attributes: `${wellKnown}c0` },
  { name: "LOCAL_PREF of three octets, on iBGP", attributes: `${wellKnown}400503000064`, ...internal },
  { name: "ORIGINATOR_ID of five octets, on iBGP", attributes: `${wellKnown}8009050a00000900`, ...internal },
  { name: "CLUSTER_LIST of six octets, on iBGP", attributes: `${wellKnown}800a060a0000090000`, ...internal },
];

/** RFC 7606 §7: the attribute is dropped, and the route counts. */
const attributeDropped: readonly (Malformed & { readonly leaves?: object })[] = [
  { name: "ATOMIC_AGGREGATE of one octet", attributes: `${wellKnown}40060100` },
  { name: "AGGREGATOR of seven octets", attributes: `${wellKnown}c007070000fde80a0000` },
  { name: "LOCAL_PREF from another AS", attributes: `${wellKnown}400503000064` },
  { name: "ORIGINATOR_ID from another AS", attributes: `${wellKnown}8009040a000009` },
  { name: "CLUSTER_LIST from another AS", attributes: `${wellKnown}800a040a000009` },
  { name: "an attribute given twice, of which the first counts", attributes: `${wellKnown}80040400000009` },
];

const mpReach = (nextHopLength: string, rest: string): string => {
  const value = `000201${nextHopLength}${rest}`;
  return `800e${(value.length / 2).toString(16).padStart(2, "0")}${value}`;
};
const ipv6Route = mpReach("10", `${"20010db8".padEnd(31, "0")}100${"8020010db8".padEnd(33, "0")}1`);

const unreadableNlri = mpReach("10", `${"20010db8".padEnd(31, "0")}100${"8120010db8".padEnd(36, "0")}`);
const oddNextHop = mpReach("05", `${"20010db8".padEnd(10, "0")}00${"8020010db8".padEnd(33, "0")}1`);

/** RFC 7606 §3, §5.3: nothing to be saved. */
const resets: readonly (Malformed & { readonly answer: string })[] = [
  {
    name: "withdrawn routes that overrun the message",
    says: update({ withdrawnLength: 9 }),
    answer: notification(3, 1),
  },
  { name: "attributes that overrun the message", says: update({ attributesLength: 9 }), answer: notification(3, 1) },
  {
    name: "a prefix length of 33",
    says: update({ attributes: wellKnown, nlri: "21c000020100" }),
    answer: notification(3, 10),
  },
  {
    name: "a prefix that is cut short",
    says: update({ attributes: wellKnown, nlri: "20c00002" }),
    answer: notification(3, 10),
  },
  {
    name: "an IPv6 prefix length of 129",
    says: update({ attributes: origin + asPath + unreadableNlri }),
    answer: notification(3, 9, unreadableNlri),
  },
  {
    name: "an IPv6 next hop of five octets",
    says: update({ attributes: origin + asPath + oddNextHop }),
    answer: notification(3, 9, oddNextHop),
  },
  {
    name: "MP_REACH_NLRI given twice",
    says: update({ attributes: origin + asPath + ipv6Route + ipv6Route }),
    answer: notification(3, 1),
  },
];

const routes = (options: Partial<PeerOptions> = {}): string => {
  const { asn = 65000 } = options;
  const before = update({ attributes: wellKnown, nlri: host(1) + host(2) });
  return open({ asn: Number(asn) }) + keepalive + before;
};

describe.each(cuts)("%s", (cut) => {
  const play = async (malformed: Malformed) => {
    const scripted = await scriptedPeer(malformed.options);
    const said = malformed.says ?? update({ attributes: malformed.attributes ?? "", nlri: host(1) });
    // The last one shows that everything before it was read, and that the session still takes routes.
    await scripted.say(routes(malformed.options) + said + update({ attributes: wellKnown, nlri: host(3) }), cut);
    const { peer } = scripted;
    const known = () =>
      new Map([...peer.adjRibIn.routes()].map(({ prefix, attributes }) => [formatPrefix(prefix), attributes]));
    return { scripted, peer, known };
  };

  test.each(treatedAsWithdraw)("$name withdraws its route alone", async (malformed) => {
    const { scripted, peer, known } = await play(malformed);
    await until(() => known().has("192.0.2.3/32"), "the last route arrives");
    expect([...known().keys()].sort()).toEqual(["192.0.2.2/32", "192.0.2.3/32"]);
    expect([peer.snapshot().state, scripted.ended()]).toEqual(["Established", false]);
  });

  test.each(attributeDropped)("$name costs the attribute alone", async (malformed) => {
    const { scripted, peer, known } = await play(malformed);
    await until(() => known().has("192.0.2.3/32"), "the last route arrives");
    expect([...known().keys()].sort()).toEqual(["192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32"]);
    expect(known().get("192.0.2.1/32")).toEqual(known().get("192.0.2.2/32"));
    expect([peer.snapshot().state, scripted.ended()]).toEqual(["Established", false]);
  });

  test.each(resets)("$name resets the session", async ({ answer, ...malformed }) => {
    const { scripted, known } = await play(malformed);
    await until(() => scripted.ended(), "the speaker closes the connection");
    expect(scripted.heard().at(-1)).toBe(answer);
    expect([...known().keys()]).toEqual([]);
  });

  test("an unknown optional attribute is kept, and one that is well-known by its flags resets (RFC 4271 §6.3)", async () => {
    const optional = await play({ name: "", attributes: `${wellKnown}c0f0020102` });
    await until(() => optional.known().has("192.0.2.3/32"), "the last route arrives");
    expect(optional.known().size).toBe(3);
    const wellKnownFlags = await play({ name: "", attributes: `${wellKnown}40f0020102` });
    await until(() => wellKnownFlags.scripted.ended(), "the speaker closes the connection");
    expect(wellKnownFlags.scripted.heard().at(-1)).toBe(notification(3, 2, "40f0020102"));
  });
});

test("an UPDATE without fault about the same route keeps it", async () => {
  const scripted = await scriptedPeer();
  await scripted.say(
    routes() + update({ attributes: origin + asPath + nextHop + med, nlri: host(1) }),
    "all in one segment",
  );
  await until(() => scripted.peer.adjRibIn.size === 2, "both routes are there");
});
