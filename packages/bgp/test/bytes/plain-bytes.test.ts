import { describe, expect, it } from "vitest";
import { plainBytes } from "../../src/bytes/plain-bytes.ts";
import { defaultCodecContext } from "../../src/codec/context.ts";
import { decodeMessage } from "../../src/codec/decode.ts";
import { Framer } from "../../src/codec/framer.ts";
import { MessageType } from "../../src/codec/message-types.ts";

/** An UPDATE that announces 192.0.2.10/32 (RFC 4271 §4.3): header, no withdrawn routes, 14 octets of attributes, NLRI. */
const update = `${"ff".repeat(16)}002a02 0000 000e 40010100 400200 400304c0000201 20c000020a`.replaceAll(" ", "");

/** The message as Node's sockets deliver it: a Buffer in the middle of a larger one. */
function asBuffer(): Buffer {
  return Buffer.from(`00000000${update}`, "hex").subarray(4);
}

describe("octets in a subclass of Uint8Array", () => {
  it("are left alone when they are plain already", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(plainBytes(bytes)).toBe(bytes);
  });

  it("become plain without being copied", () => {
    const buffer = Buffer.from([0, 1, 2, 3]).subarray(1);
    const plain = plainBytes(buffer);
    expect([plain.constructor, [...plain]]).toEqual([Uint8Array, [1, 2, 3]]);
    buffer[0] = 9;
    expect(plain[0]).toBe(9);
  });

  it("do not show through what decodeMessage retains", () => {
    const buffer = asBuffer();
    const message = decodeMessage(buffer, 0, buffer.length, defaultCodecContext);
    if (message.type !== MessageType.Update) throw new Error("not an UPDATE");
    const kept = message.retain();
    const values = message.attributes.materialise();
    buffer.fill(0);
    expect([values.nextHop, kept.attributes.materialise().nextHop].map((hop) => [...(hop ?? [])])).toEqual([
      [192, 0, 2, 1],
      [192, 0, 2, 1],
    ]);
  });

  it("are framed as plain octets", () => {
    const framer = new Framer();
    framer.push(asBuffer());
    expect([framer.next(), framer.bytes.constructor]).toEqual([true, Uint8Array]);
  });
});
