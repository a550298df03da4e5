import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { toJSON } from "../../src/codec/json.ts";
import { decodeMessage, MessageType } from "../../src/codec/message.ts";
import { fixtures } from "../fixtures/fixtures.ts";
import { reencode } from "./reencode.ts";

const all = fixtures();

describe.each(all)("fixture $file: $name", ({ bytes, context, value }) => {
  it("decodes to its value", () => {
    expect(toJSON(decodeMessage(bytes, 0, bytes.length, context))).toEqual(value);
  });

  it("decodes to the same in the middle of a larger buffer, and after retain", () => {
    const buffer = new Uint8Array(bytes.length + 40).fill(0xa5);
    buffer.set(bytes, 17);
    const message = decodeMessage(buffer, 17, 17 + bytes.length, context);
    const kept = message.type === MessageType.Update ? message.retain() : message;
    expect(toJSON(message)).toEqual(value);
    buffer.fill(0x5a);
    expect(toJSON(kept)).toEqual(value);
  });

  it("gives a defined outcome when cut off at any octet, with the header's length left or put right", () => {
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.slice(0, length);
      expect(decodeMessage(cut, 0, length, context).type).toBe(MessageType.Malformed);
      if (length < 19) continue;
      cut[16] = length >> 8;
      cut[17] = length;
      const message = decodeMessage(cut, 0, length, context);
      expect(() => toJSON(message)).not.toThrow();
    }
  });
});

describe.each(all.filter(({ decodeOnly }) => decodeOnly === ""))("fixture $file: $name", ({ bytes, context }) => {
  it("is what the encoder writes", () => {
    const message = decodeMessage(bytes, 0, bytes.length, context);
    if (message.type === MessageType.Malformed) throw new Error("malformed");
    expect(toHex(reencode(message, context))).toBe(toHex(bytes));
  });
});

it("has fixtures of every message type and of errors", () => {
  expect(new Set(all.map(({ file }) => file))).toEqual(
    new Set(["errors.txt", "messages.txt", "open.txt", "update.txt"]),
  );
});
