import { describe, expect, test } from "vitest";
import { MrtReader } from "../../../src/decode/mrt/mrt.ts";
import { linesOf } from "../../../src/decode/output/lines.ts";
import { attributes, mrt, nlri113, octets, u16, u32 } from "../support/build.ts";
import { expectAnyChunking, expectAnyTruncation, expectNoThrow } from "../support/properties.ts";
import { read, types } from "../support/read.ts";

const make = (): MrtReader => new MrtReader({ twoOctetAs: false, internal: false, addPath: [] });

const nextHop6 = `20010db8${"00".repeat(11)}01`;
const nlri6 = "3020010db80001";
/** Collector 192.0.2.9, view "v", an IPv4 peer with a two-octet AS and an IPv6 peer with a four-octet one (RFC 6396 §4.3.1). */
const index = mrt(
  13,
  1,
  octets(
    "c0000209",
    u16(1),
    "76",
    u16(2),
    "00",
    "0a000001",
    "0a000001",
    u16(65001),
    "03",
    "0a000002",
    nextHop6,
    u32(4_200_000_001),
  ),
);

/** A RIB entry (RFC 6396 §4.3.4), with a path identifier where RFC 8050 puts one. */
function entry(peer: number, list: Uint8Array, pathId?: number): Uint8Array {
  return octets(u16(peer), u32(1_600_000_000), pathId === undefined ? [] : u32(pathId), u16(list.length), list);
}

function rib(subtype: number, nlri: string, ...entries: readonly Uint8Array[]): Uint8Array {
  return mrt(13, subtype, octets(u32(7), nlri, u16(entries.length), ...entries));
}

/** ORIGIN, AS_PATH, LOCAL_PREF, and MP_REACH_NLRI with this value. */
function reach(value: string): Uint8Array {
  const bytes = octets(value);
  return octets("40010100", "400206020100010000", "40050400000064", [0x80, 14, bytes.length], bytes);
}

describe("TABLE_DUMP_V2", () => {
  test("shows its table of peers", () => {
    expect(read(make(), index).objects).toEqual([
      {
        offset: 0,
        time: "2023-11-14T22:13:20.000Z",
        type: "peer-index",
        collector: "192.0.2.9",
        view: "v",
        peers: [
          { routerId: "10.0.0.1", address: "10.0.0.1", asn: 65001 },
          { routerId: "10.0.0.2", address: "2001:db8::1", asn: 4_200_000_001 },
        ],
      },
    ]);
  });

  test("shows one object for each path, with the peer from the table and four-octet AS numbers", () => {
    const record = rib(
      2,
      nlri113,
      entry(0, attributes([65001, 4_200_000_001])),
      entry(1, octets(attributes([1]), "40050400000064")),
    );
    const { objects, notes } = read(make(), octets(index, record));
    expect(notes).toEqual([]);
    expect(objects.slice(1)).toMatchObject([
      {
        offset: index.length,
        type: "rib",
        sequence: 7,
        originated: "2020-09-13T12:26:40.000Z",
        peer: "10.0.0.1",
        peerAs: 65001,
        prefix: "203.0.113.0/24",
        outcome: "ok",
        problems: [],
        attributes: {
          origin: "igp",
          asPath: [{ type: "sequence", asns: [65001, 4_200_000_001] }],
          nextHop: "192.0.2.1",
        },
      },
      { peer: "2001:db8::1", peerAs: 4_200_000_001, outcome: "ok", attributes: { localPref: 100 } },
    ]);
    expect(objects[1]).not.toHaveProperty("pathId");
  });

  test.each([
    ["abbreviated", `10${nextHop6}`],
    ["whole", `00020110${nextHop6}00${nlri6}`],
    ["whole, without NLRI", `00020110${nextHop6}00`],
  ])("takes MP_REACH_NLRI %s", (_, value) => {
    const [, object] = read(make(), octets(index, rib(4, nlri6, entry(1, reach(value))))).objects;
    expect(object).toMatchObject({
      prefix: "2001:db8:1::/48",
      outcome: "ok",
      attributes: { mpReach: { family: "ipv6-unicast", nextHop: ["2001:db8::1"], nlri: ["2001:db8:1::/48"] } },
    });
  });

  test("takes two next hops, global and link-local", () => {
    const value = `20${nextHop6}fe80${"00".repeat(13)}01`;
    const [object] = read(make(), rib(4, nlri6, entry(1, reach(value)))).objects;
    expect(object).toMatchObject({ attributes: { mpReach: { nextHop: ["2001:db8::1", "fe80::1"] } } });
  });

  test("judges attributes that make no sense like those of an UPDATE", () => {
    const [, object] = read(make(), octets(index, rib(2, nlri113, entry(0, octets("40010109"))))).objects;
    expect(object).toMatchObject({ type: "rib", outcome: "treat-as-withdraw" });
    expect(JSON.stringify(object)).toContain("RFC 7606 §7.1");
  });

  test.each([8, 9])("has path identifiers in subtype %i", (subtype) => {
    const list = subtype === 8 ? attributes([65001]) : reach("04c0000201");
    const [, first, second] = read(
      make(),
      octets(index, rib(subtype, nlri113, entry(0, list, 1), entry(0, list, 4_294_967_295))),
    ).objects;
    expect(first).toMatchObject({ prefix: "203.0.113.0/24", pathId: 1, outcome: "ok" });
    expect(second).toMatchObject({ pathId: 4_294_967_295, outcome: "ok" });
  });

  test.each([10, 11])("has path identifiers for IPv6 in subtype %i", (subtype) => {
    const [, object] = read(make(), octets(index, rib(subtype, nlri6, entry(1, reach(`10${nextHop6}`), 5)))).objects;
    expect(object).toMatchObject({ prefix: "2001:db8:1::/48", pathId: 5, outcome: "ok" });
  });

  test("reads RIB_GENERIC of families it knows as prefixes, and keeps the others as octets", () => {
    const unicast = rib(6, `000201${nlri6}`, entry(1, reach(`10${nextHop6}`)));
    const evpn = rib(6, "0019460301aa", entry(1, reach("04c0000201")));
    const [first, second] = read(make(), octets(unicast, evpn)).objects;
    expect(first).toMatchObject({ prefix: "2001:db8:1::/48", outcome: "ok" });
    expect(second).toMatchObject({ type: "rib", prefix: "0301aa", attributes: { mpReach: { family: "l2vpn-evpn" } } });
  });

  test("reads labels and route distinguishers of RIB_GENERIC", () => {
    // Label 16 (bottom of stack), route distinguisher 0:65000:1, 203.0.113.0/24: RFC 4364 §4.3.4.
    const vpn = rib(6, "000180 70 000101 0000fde800000001 cb0071", entry(1, reach("0c 0000000000000000 c0000201")));
    const [object] = read(make(), vpn).objects;
    expect(object).toMatchObject({ prefix: "203.0.113.0/24", labels: [16], rd: "65000:1", outcome: "ok" });
    expect(linesOf({}, object!, () => true)).toEqual([
      "rib 203.0.113.0/24 ipv4-vpn rd 65000:1 labels 16 next-hop 192.0.2.1 origin igp path 65536 local-pref 100",
    ]);
  });

  test("finds the path identifier of RIB_GENERIC_ADDPATH where RFC 8050 puts it, and where GoBGP and OpenBGPD do", () => {
    const list = reach(`10${nextHop6}`);
    const asTheRfc = rib(12, `00020100000005${nlri6}`, entry(1, list), entry(1, list));
    const asTheOthers = rib(12, `000201${nlri6}`, entry(1, list, 6), entry(1, list, 7));
    const { objects, notes } = read(make(), octets(index, asTheRfc, asTheOthers));
    expect(notes).toEqual([]);
    expect(objects.slice(1).map(({ prefix, pathId }) => [prefix, pathId])).toEqual([
      ["2001:db8:1::/48", 5],
      ["2001:db8:1::/48", 5],
      ["2001:db8:1::/48", 6],
      ["2001:db8:1::/48", 7],
    ]);
  });

  test("shows a path of a peer that no table has, and says so", () => {
    const reading = read(make(), octets(index, rib(2, nlri113, entry(9, attributes([65001])))));
    expect(reading.objects[1]).toMatchObject({ type: "rib", prefix: "203.0.113.0/24" });
    expect(reading.objects[1]).not.toHaveProperty("peer");
    expect(reading.notes).toEqual([
      `The record at offset ${index.length} (subtype 2) names peer 9, which no table of peers has.`,
    ]);
  });

  test.each([
    [mrt(13, 1, octets("c0000209", u16(0), u16(3), "00")), "subtype 1", "ends inside its table of peers"],
    [mrt(13, 2, octets(u32(1), "21cb007100")), "subtype 2", "has a prefix that does not fit"],
    [mrt(13, 2, octets(u32(1), nlri113, u16(2), entry(0, attributes([1])))), "subtype 2", "ends inside entry 2 of 2"],
    [mrt(13, 2, octets(u32(1), nlri113, u16(0), "0000")), "subtype 2", "has 2 octets behind its last entry"],
    [mrt(13, 6, octets(u32(1), "400947010203")), "subtype 6", "has an NLRI whose end cannot be told"],
    [mrt(13, 12, octets(u32(1), "0001")), "subtype 12", "has an NLRI whose end cannot be told"],
    [mrt(13, 77, "00"), "subtype 77", "is of a kind of RIB dump that is not understood"],
  ])("leaves a record out that is not what it says: %#", (record, subtype, what) => {
    const reading = read(make(), octets(index, record, index));
    expect(types(reading).filter((type) => type === "peer-index")).toHaveLength(2);
    expect(reading.notes.at(-1)).toBe(`The record at offset ${index.length} (${subtype}) ${what}.`);
    expect(reading.failed).toBe(true);
  });

  test("says that attributes do not fit a message", () => {
    const list = octets("d0631000fff0", new Uint8Array(0xfff0 - 1)).subarray(0, 0xffff);
    expect(read(make(), octets(index, rib(2, nlri113, entry(0, list)))).notes).toEqual([
      `The record at offset ${index.length} (subtype 2) has more attributes than a message can hold.`,
    ]);
  });

  test("passes over where the peers stand on the globe (RFC 6397)", () => {
    expect(read(make(), mrt(13, 7, "c0000209"))).toEqual({ objects: [], notes: [], failed: false });
  });
});

describe("TABLE_DUMP", () => {
  const body = (address: string, lengthBits: number, peer: string, list: Uint8Array): Uint8Array =>
    octets(u16(0), u16(3), address, [lengthBits, 1], u32(1_600_000_000), peer, u16(65001), u16(list.length), list);

  test("is one path a record, with two-octet AS numbers", () => {
    const record = mrt(12, 1, body("cb007100", 24, "0a000001", attributes([65001, 65002], 2)));
    expect(read(make(), record).objects).toMatchObject([
      {
        type: "rib",
        sequence: 3,
        peer: "10.0.0.1",
        peerAs: 65001,
        prefix: "203.0.113.0/24",
        originated: "2020-09-13T12:26:40.000Z",
        outcome: "ok",
        attributes: { asPath: [{ asns: [65001, 65002] }], nextHop: "192.0.2.1" },
      },
    ]);
  });

  test("may be about IPv6", () => {
    const list = octets("400101004002040201fde9800e15", "0002", "01", "10", nextHop6, "00");
    const record = mrt(12, 2, body(`20010db80001${"00".repeat(10)}`, 48, nextHop6, list));
    expect(read(make(), record).objects).toMatchObject([
      { prefix: "2001:db8:1::/48", peer: "2001:db8::1", outcome: "ok" },
    ]);
  });

  test.each([
    [mrt(12, 3, "00"), 3, "has prefixes of address family 3, which are neither IPv4 nor IPv6"],
    [mrt(12, 1, "0000"), 1, "ends too early"],
    [mrt(12, 1, body("cb007100", 33, "0a000001", octets())), 1, "has a prefix length of 33"],
  ])("leaves a record out that is not what it says: %#", (record, subtype, what) => {
    expect(read(make(), record).notes).toEqual([`The record at offset 0 (subtype ${subtype}) ${what}.`]);
  });
});

describe("whatever the input", () => {
  const mixed = octets(
    index,
    rib(2, nlri113, entry(0, attributes([65001])), entry(1, attributes([1, 2, 3]))),
    rib(4, nlri6, entry(1, reach(`10${nextHop6}`))),
    rib(12, `000201${nlri6}`, entry(1, reach(`10${nextHop6}`), 6)),
  );
  test("chunks change nothing", () => expectAnyChunking(make, mixed));
  test("an end at any octet gives all records before it", () => expectAnyTruncation(make, mixed));
  test("nothing is thrown", () => expectNoThrow(make, mixed, index.length));
});
