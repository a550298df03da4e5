import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { MrtReader } from "../../../src/decode/mrt/mrt.ts";
import { attributes, keepalive, mrt, nlri113, octets, u16, u32, update } from "../support/build.ts";
import { expectAnyChunking, expectAnyTruncation, expectNoThrow } from "../support/properties.ts";
import { read, types } from "../support/read.ts";

const options = { twoOctetAs: false, internal: false, addPath: [] };
const make = (): MrtReader => new MrtReader(options);

const announce = update({ attributes: attributes([65001, 4_200_000_001]), nlri: nlri113 });
/** Peer AS, local AS, interface, AFI, addresses: RFC 6396 §4.4.2 and §4.4.3. */
const v4 = octets(u16(65001), u16(65002), u16(0), u16(1), "0a0000010a000002");
const v4As4 = octets(u32(4_200_000_001), u32(65002), u16(0), u16(1), "0a0000010a000002");
const v6 = octets(
  u16(65001),
  u16(65001),
  u16(0),
  u16(2),
  `20010db8${"00".repeat(11)}01`,
  `20010db8${"00".repeat(11)}02`,
);

describe("BGP4MP", () => {
  test("MESSAGE has two-octet AS numbers, MESSAGE_AS4 four", () => {
    const two = update({ attributes: attributes([65001, 65010], 2), nlri: nlri113 });
    const reading = read(
      make(),
      octets(mrt(16, 1, octets(v4, two)), mrt(16, 4, octets(v4As4, announce), 1_700_000_001)),
    );
    expect(reading.notes).toEqual([]);
    expect(reading.objects).toMatchObject([
      {
        offset: 0,
        time: "2023-11-14T22:13:20.000Z",
        peer: "10.0.0.1",
        peerAs: 65001,
        local: "10.0.0.2",
        localAs: 65002,
        type: "update",
        attributes: { asPath: [{ asns: [65001, 65010] }] },
      },
      {
        time: "2023-11-14T22:13:21.000Z",
        peerAs: 4_200_000_001,
        attributes: { asPath: [{ asns: [65001, 4_200_000_001] }] },
      },
    ]);
  });

  test("over IPv6 between speakers of one AS is judged as from an internal peer", () => {
    const withLocalPref = update({ attributes: octets(attributes([65010], 2), "40050400000064"), nlri: nlri113 });
    const [object] = read(make(), mrt(16, 1, octets(v6, withLocalPref))).objects;
    expect(object).toMatchObject({
      peer: "2001:db8::1",
      local: "2001:db8::2",
      outcome: "ok",
      attributes: { localPref: 100 },
    });
    const [external] = read(make(), mrt(16, 1, octets(v4, withLocalPref))).objects;
    expect(external).toMatchObject({ outcome: "attribute-discard" });
  });

  test.each([
    [6, false],
    [7, true],
    [10, false],
    [11, true],
  ])("subtype %i says that the message was sent", (subtype, four) => {
    const [object] = read(make(), mrt(16, subtype, octets(four ? v4As4 : v4, keepalive))).objects;
    expect(object).toMatchObject({ type: "keepalive", sent: true, peer: "10.0.0.1" });
  });

  test.each([
    [8, false],
    [9, true],
    [10, false],
    [11, true],
  ])("subtype %i has path identifiers", (subtype, four) => {
    const message = update({ attributes: attributes([65001], four ? 4 : 2), nlri: `00000009${nlri113}` });
    const [object] = read(make(), mrt(16, subtype, octets(four ? v4As4 : v4, message))).objects;
    expect(object).toMatchObject({ outcome: "ok", nlri: [{ prefix: "203.0.113.0/24", pathId: 9 }] });
  });

  test("STATE_CHANGE names the states, those beyond the RFC by number", () => {
    const { objects, notes } = read(
      make(),
      octets(mrt(16, 0, octets(v4, u16(6), u16(1))), mrt(16, 5, octets(v4As4, u16(3), u16(7)))),
    );
    expect(objects).toMatchObject([
      { type: "state-change", peer: "10.0.0.1", peerAs: 65001, oldState: "established", newState: "idle" },
      { type: "state-change", peerAs: 4_200_000_001, oldState: "active", newState: "state-7" },
    ]);
    expect(notes).toEqual([]);
  });

  test("_ET has microseconds", () => {
    const [object] = read(make(), mrt(17, 4, octets(u32(123_456), v4As4, keepalive))).objects;
    expect(object).toMatchObject({ time: "2023-11-14T22:13:20.123456Z", type: "keepalive" });
    expect(read(make(), mrt(17, 4, "0000")).notes).toEqual([
      "The record at offset 0 (subtype 4) has no room for its microseconds.",
    ]);
  });

  test("a message whose length is not the record's is malformed, and no fault of the file", () => {
    const reading = read(
      make(),
      octets(mrt(16, 4, octets(v4As4, keepalive, "00")), mrt(16, 4, octets(v4As4, keepalive))),
    );
    expect(types(reading)).toEqual(["malformed", "keepalive"]);
    expect(reading.failed).toBe(false);
  });

  test.each([
    [octets(u16(65001)), 1, "ends inside its header"],
    [octets(u32(1), u32(2), u16(0), u16(1), "0a"), 4, "ends inside its addresses"],
    [
      octets(u16(1), u16(2), u16(0), u16(16396)),
      1,
      "has addresses of address family 16396, which are neither IPv4 nor IPv6",
    ],
    [octets(v4, u16(1)), 0, "ends before its states"],
    [v4, 3, "is of a kind of BGP4MP that is not understood"],
  ])("a record that is not what it says is left out with a sentence: %#", (body, subtype, what) => {
    const reading = read(make(), octets(mrt(16, subtype, body), mrt(16, 1, octets(v4, keepalive))));
    expect(types(reading)).toEqual(["keepalive"]);
    expect(reading.notes).toEqual([`The record at offset 0 (subtype ${subtype}) ${what}.`]);
    expect(reading.failed).toBe(true);
  });
});

describe("the file", () => {
  test("may hold records that are not about BGP, which are counted", () => {
    const reading = read(
      make(),
      octets(mrt(11, 0, "00".repeat(40)), mrt(16, 1, octets(v4, keepalive)), mrt(32, 0, "00")),
    );
    expect(types(reading)).toEqual(["keepalive"]);
    expect(reading.notes).toEqual(["Records about something other than BGP were passed over: 2."]);
    expect(reading.failed).toBe(false);
  });

  test("ends where a header claims more than is believed", () => {
    const head = octets(u32(0), u16(16), u16(1), u32(0xffff_fff0));
    const reading = read(make(), octets(mrt(16, 1, octets(v4, keepalive)), head, "00".repeat(100)));
    expect(types(reading)).toEqual(["keepalive"]);
    expect(reading.notes).toEqual([
      "At offset 47 a record claims 4294967280 octets, and more than 16 MiB are not believed; nothing after it can be read.",
    ]);
  });

  test("ends where there is no record", () => {
    const reading = read(make(), octets(mrt(16, 1, octets(v4, keepalive)), "ff".repeat(64)));
    expect(types(reading)).toEqual(["keepalive"]);
    expect(reading.notes).toEqual([
      "At offset 47 there is no MRT record: type 65535 is not registered; nothing after it can be read.",
    ]);
  });

  test("that ends inside a record says which and how much of it there is", () => {
    const one = mrt(16, 1, octets(v4, keepalive));
    expect(read(make(), octets(one, one.subarray(0, 20))).notes).toEqual([
      "It ends inside the record at offset 47: 20 of 47 octets are there.",
    ]);
    expect(read(make(), octets(one, one.subarray(0, 5))).notes).toEqual([
      "It ends inside the record at offset 47: 5 of 12 octets are there.",
    ]);
  });
});

describe("whatever the input", () => {
  const mixed = octets(
    mrt(16, 1, octets(v4, keepalive)),
    mrt(11, 0, "0102"),
    mrt(17, 4, octets(u32(1), v4As4, announce)),
    mrt(16, 0, octets(v6, u16(6), u16(1))),
  );
  test("chunks change nothing", () => expectAnyChunking(make, mixed));
  test("an end at any octet gives all records before it", () => expectAnyTruncation(make, mixed));
  test("nothing is thrown", () => expectNoThrow(make, mixed, 47));
});

// UPDATEs of RIPE RIS, not part of the project. The counts are those of an independent count of BGP4MP records.
const folder = join(
  process.env.VIPCAST_FIXTURES ?? fileURLToPath(new URL("../../../../../../shared/fixtures", import.meta.url)),
  "mrt",
);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".gz")) : [];

describe.skipIf(files.length === 0)(
  files.length > 0 ? "real archives" : `real archives: skipped, there is no folder ${folder}`,
  () => {
    test("are there", () => expect(files.length).toBeGreaterThan(0));

    test.each(files)("%s, a real archive, is read to its end, and nothing in it is malformed", (name) => {
      const input = new Uint8Array(gunzipSync(readFileSync(join(folder, name))));
      let records = 0;
      const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
      for (let at = 0; at < input.length; at += 12 + view.getUint32(at + 8)) records++;
      const reading = read(make(), input, [1, 100, 65536, 200_000]);
      expect(reading.notes).toEqual([]);
      expect(reading.objects.length).toBe(records);
      expect(new Set(types(reading))).not.toContain("malformed");
      const outcomes = new Set(reading.objects.map(({ outcome }) => outcome));
      expect([...outcomes].filter((outcome) => outcome === "session-reset")).toEqual([]);
    });
  },
);
