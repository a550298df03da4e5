import { describe, expect, test } from "vitest";
import { codecContext } from "../../../src/decode/context.ts";
import { RawReader } from "../../../src/decode/formats/raw.ts";
import { attributes, keepalive, message, nlri113, octets, open, update } from "../support/build.ts";
import { expectAnyChunking, expectAnyTruncation, expectNoThrow } from "../support/properties.ts";
import { read, types } from "../support/read.ts";

const make = (): RawReader => new RawReader(codecContext({ twoOctetAs: false, internal: false, addPath: [] }));
const announce = update({ attributes: attributes([65001]), nlri: nlri113 });
const stream = octets(open(65001, "192.0.2.1"), keepalive, announce, update({}));

describe("a stream of messages", () => {
  test("is cut into messages with their offsets", () => {
    const { objects, notes } = read(make(), stream);
    expect(objects.map(({ type, offset }) => [type, offset])).toEqual([
      ["open", 0],
      ["keepalive", 29],
      ["update", 48],
      ["update", 48 + announce.length],
    ]);
    expect(objects[2]).toMatchObject({ outcome: "ok", nlri: ["203.0.113.0/24"] });
    expect(objects[3]).toMatchObject({ endOfRib: "ipv4-unicast" });
    expect(notes).toEqual([]);
  });

  test("may hold messages longer than 4096 octets, since refusing one would hide it", () => {
    const long = update({ attributes: octets(attributes([65001]), "d0631388", new Uint8Array(5000)), nlri: nlri113 });
    expect(read(make(), long).objects).toMatchObject([{ type: "update", length: long.length, outcome: "ok" }]);
  });

  test("that ends inside a message says where that message begins, and gives all before it", () => {
    const reading = read(make(), stream.subarray(0, 60));
    expect(types(reading)).toEqual(["open", "keepalive"]);
    expect(reading.notes).toEqual(["The input ends inside the message at offset 48: 12 of 19 octets are there."]);
    expect(reading.failed).toBe(true);
  });

  test("goes on behind a message of an unknown type", () => {
    const reading = read(make(), octets(keepalive, message(9, "0102"), keepalive));
    expect(reading.objects).toMatchObject([
      { type: "keepalive" },
      { type: "malformed", typeCode: 9, notification: { code: 1, subcode: 3, data: "09" } },
      { type: "keepalive", offset: 40 },
    ]);
    expect(reading.failed).toBe(false);
  });

  test("goes on behind a message whose marker is wrong", () => {
    const broken = keepalive.slice();
    broken[3] = 0;
    const reading = read(make(), octets(broken, keepalive));
    expect(reading.objects).toMatchObject([
      { type: "malformed", outcome: "session-reset", problems: [{ rule: "header-marker" }] },
      { type: "keepalive", offset: 19 },
    ]);
    expect(reading.failed).toBe(false);
  });

  test("finds the next header behind octets that belong to no message, and says which those are", () => {
    const reading = read(make(), octets(keepalive, "00".repeat(50), keepalive));
    expect(types(reading)).toEqual(["keepalive", "malformed", "keepalive"]);
    expect(reading.objects[2]).toMatchObject({ offset: 69 });
    expect(reading.notes).toEqual(["Octets 19 to 68 belong to no message."]);
    expect(reading.failed).toBe(true);
  });

  test("finds a header whose marker stands behind more octets of all ones", () => {
    const reading = read(make(), octets(keepalive, "00ffffff", keepalive));
    expect(types(reading)).toEqual(["keepalive", "malformed", "keepalive"]);
    expect(reading.notes).toEqual(["Octets 19 to 22 belong to no message."]);
  });

  test("of garbage is one malformed message and a sentence", () => {
    const reading = read(make(), octets("1234".repeat(500)));
    expect(types(reading)).toEqual(["malformed"]);
    expect(reading.notes).toEqual(["Octets 0 to 999 belong to no message."]);
  });
});

describe("whatever the input", () => {
  const mixed = octets(stream, "0102030405", keepalive, message(9, "01"), announce);

  test("chunks change nothing", () => expectAnyChunking(make, mixed));
  test("an end at any octet gives all messages before it", () => expectAnyTruncation(make, stream));
  test("nothing is thrown", () => expectNoThrow(make, mixed, 48));
});
