import { toHex } from "@vipcast/bgp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codecContext } from "../../../src/decode/context.ts";
import { maxRecordLength } from "../../../src/decode/finding.ts";
import { HexReader } from "../../../src/decode/formats/hex.ts";
import { attributes, keepalive, message, nlri113, open, update } from "../support/build.ts";
import { expectAnyChunking, expectNoThrow } from "../support/properties.ts";
import { read, types } from "../support/read.ts";

const make = (): HexReader => new HexReader(codecContext({ twoOctetAs: false, internal: false, addPath: [] }));
const text = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join("\n"));
const announce = toHex(update({ attributes: attributes([65001]), nlri: nlri113 }));
const alive = toHex(keepalive);

describe("lines of hexadecimal", () => {
  test("hold one or more whole messages each, and every object says its line and nothing else about its place", () => {
    const { objects, notes } = read(make(), text("# two on the first line", "", alive + announce, "  ", alive));
    expect(objects).toMatchObject([
      { line: 3, type: "keepalive" },
      { line: 3, type: "update", nlri: ["203.0.113.0/24"] },
      { line: 5, type: "keepalive" },
    ]);
    expect(objects[2]).toEqual({ line: 5, type: "keepalive" });
    expect(notes).toEqual([]);
  });

  test("may be in capitals, in pairs, with colons, with carriage returns and with a comment behind", () => {
    const pairs = alive.match(/../g)!.join(" ");
    const colons = alive.toUpperCase().match(/../g)!.join(":");
    const reading = read(make(), text(`${pairs}\r`, `${colons} # a comment, "x"\r`, `\t${alive}`));
    expect(reading.objects.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(reading.notes).toEqual([]);
  });

  test.each([
    ["is cut off", announce.slice(0, -2)],
    ["is not even a header", announce.slice(0, 20)],
    ["is shorter in its header than on the line", `${alive.slice(0, 32)}001304a0`],
    ["claims the longest length", `${alive.slice(0, 32)}ffff02`],
    ["has a marker with a zero in it", `00${alive.slice(2)}`],
  ])("give one malformed message where it %s", (_, line) => {
    const reading = read(make(), text(line, alive));
    expect(reading.objects).toMatchObject([
      { line: 1, type: "malformed", outcome: "session-reset", notification: { code: 1 } },
      { line: 2, type: "keepalive" },
    ]);
    expect(reading.failed).toBe(false);
  });

  test("go on behind a message of an unknown type", () => {
    const reading = read(make(), text(toHex(message(7)) + alive));
    expect(types(reading)).toEqual(["malformed", "keepalive"]);
  });

  test.each([
    ["ff0g", 'Line 1, column 4: "g" is no hexadecimal digit.'],
    ["ff\u0000", "Line 1, column 3: the octet 0x00 is no hexadecimal digit."],
    ["fff", "Line 1 has 3 hexadecimal digits, and half an octet is no octet."],
  ])("that are none, as %j, are left out with a sentence", (line, sentence) => {
    const reading = read(make(), text(line, alive));
    expect(reading.objects).toEqual([{ line: 2, type: "keepalive" }]);
    expect(reading.notes).toEqual([sentence]);
    expect(reading.failed).toBe(true);
  });

  test("are left out when they are longer than memory should hold", () => {
    const reader = make();
    const half = new Uint8Array(maxRecordLength / 2 + 1).fill(0x66);
    const notes = [half, half, half, text("", alive)].flatMap((chunk) => [...reader.push(chunk)]);
    expect(notes).toEqual([{ kind: "note", fault: true, sentence: "Line 1 is longer than 16 MiB and is left out." }]);
    expect([...reader.end()]).toMatchObject([{ kind: "message", place: { line: 2 } }]);
  });

  test("are read as the session options say", () => {
    const twoOctets = toHex(update({ attributes: attributes([65001, 65002], 2), nlri: nlri113 }));
    const withPathId = toHex(update({ attributes: attributes([65001], 2), nlri: `00000007${nlri113}` }));
    const reader = new HexReader(codecContext({ twoOctetAs: true, internal: true, addPath: [0x101] }));
    const { objects } = read(reader, text(twoOctets.replace(nlri113, `00000001${nlri113}`), withPathId));
    expect(objects[1]).toMatchObject({ outcome: "ok", nlri: [{ prefix: "203.0.113.0/24", pathId: 7 }] });
    expect(objects[1]).toMatchObject({ attributes: { asPath: [{ type: "sequence", asns: [65001] }] } });
  });
});

describe("whatever the input", () => {
  const mixed = text(`# ${"x".repeat(30)}`, alive + announce, "zz", "", toHex(open(65001, "192.0.2.1")), "ff", alive);

  test("chunks change nothing", () => expectAnyChunking(make, mixed));
  test("nothing is thrown", () => expectNoThrow(make, mixed, 100));
  test("nothing is thrown on hexadecimal that means nothing", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => void read(make(), text(toHex(noise)))));
  });
});
