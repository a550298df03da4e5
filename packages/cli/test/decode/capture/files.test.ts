import { describe, expect, test } from "vitest";
import { CaptureReader } from "../../../src/decode/capture/capture.ts";
import { block, ethernet, ip, keepalive, octets, pcap, pcapng } from "../support/build.ts";
import { expectAnyChunking, expectAnyTruncation, expectNoThrow } from "../support/properties.ts";
import { read, types } from "../support/read.ts";

const make = (): CaptureReader => new CaptureReader({ twoOctetAs: false, internal: false, addPath: [] });
const ends = { from: "10.0.0.1", to: "10.0.0.2" };
const packet = (number: number): Uint8Array => ethernet(ip({ ...ends, sequence: 1 + 19 * number, data: keepalive }));
const packets = [packet(0), packet(1)];

describe("pcap", () => {
  test.each([
    [true, false, "2023-11-14T22:13:20.000005Z"],
    [false, false, "2023-11-14T22:13:20.000005Z"],
    [true, true, "2023-11-14T22:13:20.000000005Z"],
    [false, true, "2023-11-14T22:13:20.000000005Z"],
  ])("is read with little endian %j and nanoseconds %j", (littleEndian, nanoseconds, time) => {
    const { objects, notes } = read(make(), pcap(packets, { littleEndian, nanoseconds }));
    expect(objects).toMatchObject([
      { frame: 1, time, peer: "10.0.0.1", peerPort: 50000, local: "10.0.0.2", localPort: 179, type: "keepalive" },
      { frame: 2, time: time.replace(":20.", ":21.") },
    ]);
    expect(notes).toEqual([]);
  });

  test("that ends inside a packet says where, and gives what came before", () => {
    const reading = read(make(), pcap(packets).subarray(0, -3));
    expect(types(reading)).toEqual(["keepalive"]);
    expect(reading.notes).toEqual(["It ends inside the packet at offset 113, of which 86 octets are there."]);
    expect(reading.failed).toBe(true);
  });

  test("whose packet claims a length that no packet has is read up to there", () => {
    const broken = octets(pcap(packets.slice(0, 1)), "000000000000000000000080ffffffff", "00".repeat(50));
    const reading = read(make(), broken);
    expect(types(reading)).toEqual(["keepalive"]);
    expect(reading.notes).toEqual(["The packet at offset 113 claims 2147483648 octets; nothing after it can be read."]);
  });

  test.each([
    [octets(""), "It is too short for a packet capture."],
    [octets("d4c3b2"), "It is too short for a packet capture."],
    [octets("d4c3b2a1", "00".repeat(10)), "It is too short for a packet capture."],
    [octets("00".repeat(30)), "It is neither a pcap nor a pcapng file."],
  ])("is not what %j is", (input, sentence) => {
    expect(read(make(), input)).toEqual({ objects: [], notes: [sentence], failed: true });
  });
});

describe("pcapng", () => {
  test.each([
    [true, undefined, 1_700_000_000_000_005n, "2023-11-14T22:13:20.000005Z"],
    [false, undefined, 1_700_000_000_000_005n, "2023-11-14T22:13:20.000005Z"],
    [true, 9, 1_700_000_000_000_000_005n, "2023-11-14T22:13:20.000000005Z"],
    [false, 3, 1_700_000_000_005n, "2023-11-14T22:13:20.005Z"],
    [true, 0x81, 3_400_000_001n, "2023-11-14T22:13:20.500Z"],
    [true, 0, 18_446_744_073_709_551_615n, "18446744073709552000s"],
  ])("is read with little endian %j, time resolution %j", (littleEndian, resolution, units, time) => {
    const options = { littleEndian, units, ...(resolution === undefined ? {} : { resolution }) };
    const { objects, notes } = read(make(), pcapng(packets, options));
    expect(objects).toMatchObject([
      { frame: 1, time, peer: "10.0.0.1", type: "keepalive" },
      { frame: 2, time },
    ]);
    expect(notes).toEqual([]);
  });

  test("may hold several sections, blocks nobody needs, simple and obsolete packets, and time offsets", () => {
    const unknown = block(0x0bad, octets("01020304"));
    const simple = block(3, octets("49000000".replace("49", packet(2).length.toString(16)), packet(2)));
    const obsolete = block(
      2,
      octets("00000000", "00000000", "05000000", [packet(3).length, 0, 0, 0], [packet(3).length, 0, 0, 0], packet(3)),
    );
    // Link type 1, no snap length, if_tsoffset of 1,700,000,000 seconds.
    const shifted = octets(
      block(0x0a0d0d0a, octets("4d3c2b1a01000000", "ff".repeat(8))),
      block(1, octets("0100000000000000", "0e00080000f1536500000000", "00000000")),
    );
    const { objects, notes } = read(
      make(),
      octets(pcapng([packet(0)], { littleEndian: false }), pcapng([packet(1)]), unknown, simple, shifted, obsolete),
    );
    expect(notes).toEqual([]);
    expect(objects.map(({ frame, time }) => [frame, time])).toEqual([
      [1, "2023-11-14T22:13:20.000005Z"],
      [2, "2023-11-14T22:13:20.000005Z"],
      [3, "1970-01-01T00:00:00.000Z"],
      [4, "2023-11-14T22:13:20.000005Z"],
    ]);
  });

  test("ends where a section has more interfaces than can be remembered", () => {
    const reader = make();
    const head = pcapng([]);
    const source = head.subarray(28);
    const many = octets(...new Array<Uint8Array>(256).fill(source));
    expect([...reader.push(head)]).toEqual([]);
    const notes = Array.from({ length: 257 }, () => [...reader.push(many)]).flat();
    expect(notes).toMatchObject([{ kind: "note", fault: true }]);
    expect(reader.done).toBe(true);
  });

  test("passes over a block of any length without holding it", () => {
    const reader = make();
    const file = pcapng([packet(0)]);
    const head = octets("ad0b0000", "00000040");
    expect([...reader.push(octets(file, head))]).toHaveLength(1);
    for (let i = 0; i < 64; i++) expect([...reader.push(new Uint8Array(1 << 16))]).toEqual([]);
    expect([...reader.end()]).toEqual([
      {
        kind: "note",
        fault: true,
        sentence: `It ends inside the block that goes on at offset ${file.length + 8 + (64 << 16)}.`,
      },
    ]);
  });

  const file = pcapng([packet(0)]);
  test.each([
    [octets("0a0d0d0a1c00000000000000"), 0, "is a section without a byte order"],
    [octets(file, "0600000008000000", "00000000"), file.length, "claims 8 octets"],
    [octets(file, "060000000d000000", "0000000000000000"), file.length, "claims 13 octets"],
    [octets(file, block(6, octets("00")).fill(0xee, 12)), file.length, "has two lengths that differ"],
    [octets(file, "0600000000000070", "00000000"), file.length, "claims 1879048192 octets"],
  ])("is read up to a block that cannot be one: %#", (input, offset, what) => {
    const reading = read(make(), input);
    expect(reading.notes).toEqual([`The block at offset ${offset} ${what}; nothing after it can be read.`]);
    expect(types(reading)).toEqual(offset === 0 ? [] : ["keepalive"]);
  });

  test.each([[block(6, octets("07000000", "00".repeat(20)))], [block(6, octets("00"))]])(
    "is read up to a packet of no interface: %#",
    (bad) => {
      expect(read(make(), octets(file, bad)).notes).toEqual([
        `The packet at offset ${file.length} names no interface of its section; nothing after it can be read.`,
      ]);
    },
  );
});

describe.each([
  ["pcap", pcap(packets), 24],
  ["pcapng", pcapng(packets), 48],
])("whatever the input, a %s file", (_, file, head) => {
  test("may come in any chunks", () => expectAnyChunking(make, file));
  test("may end at any octet", () => expectAnyTruncation(make, file));
  test("throws nothing", () => expectNoThrow(make, file, head));
});
