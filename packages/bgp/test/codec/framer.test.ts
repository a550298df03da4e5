import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import { defaultCodecContext } from "../../src/codec/context.ts";
import { Framer } from "../../src/codec/framer.ts";
import { encodeMessage, MessageType } from "../../src/codec/message.ts";
import { fixtures } from "../fixtures/fixtures.ts";

const valid = fixtures().filter(({ file }) => !file.endsWith("errors.txt"));
const message = fc.constantFrom(...valid.map(({ bytes }) => bytes));

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const w = new Writer();
  for (const part of parts) w.copy(part);
  return w.slice();
}

/** Cuts `bytes` at the given places, taken modulo its length. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, i) => bytes.slice(at[i - 1] ?? 0, end));
}

/** What comes out of a framer that is drained after each chunk: each message's octets, then the error. */
function frame(chunks: readonly Uint8Array[], framer: Framer = new Framer()): string[] {
  const out: string[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    while (framer.next()) out.push(toHex(framer.bytes, framer.start, framer.end));
    // A driver may use its receive buffer again at once.
    chunk.fill(0x5a);
  }
  if (framer.error !== null) {
    const { code, subcode, data } = framer.error.notification;
    out.push(`error ${code}/${subcode} ${toHex(data)}`);
  }
  return out;
}

describe("Framer", () => {
  it("gives the same messages however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (messages, places) => {
        expect(frame(cut(concat(messages), places))).toEqual(messages.map((bytes) => toHex(bytes)));
      }),
    );
  });

  it("gives the same error however a broken stream is cut", () => {
    const broken = fc.tuple(fc.array(message, { maxLength: 3 }), fc.uint8Array({ minLength: 19, maxLength: 60 }));
    fc.assert(
      fc.property(broken, fc.array(fc.nat(), { maxLength: 20 }), ([messages, garbage], places) => {
        const stream = concat([...messages, garbage]);
        const expected = frame([stream.slice()]);
        expect(frame(cut(stream, places))).toEqual(expected);
        expect(expected.length).toBeGreaterThan(messages.length);
      }),
    );
  });

  it("takes one octet at a time", () => {
    const stream = concat(valid.map(({ bytes }) => bytes));
    const chunks = [...stream].map((octet) => Uint8Array.of(octet));
    expect(frame(chunks)).toEqual(valid.map(({ bytes }) => toHex(bytes)));
  });

  it("frames a whole message inside the chunk, without a copy", () => {
    const chunk = concat([valid[0]!.bytes, valid[1]!.bytes]);
    const framer = new Framer();
    framer.push(chunk);
    expect(framer.next()).toBe(true);
    expect(framer.bytes).toBe(chunk);
    expect(framer.next()).toBe(true);
    expect([framer.bytes === chunk, framer.start]).toEqual([true, valid[0]!.bytes.length]);
  });

  it("leaves a message it had to put together alone while later chunks come", () => {
    const [first, second] = valid.map(({ bytes }) => bytes).filter(({ length }) => length > 40) as [
      Uint8Array,
      Uint8Array,
    ];
    const framer = new Framer();
    framer.push(first.slice(0, 10));
    expect(framer.next()).toBe(false);
    framer.push(concat([first.slice(10), second.slice(0, 25)]));
    expect(framer.next()).toBe(true);
    const { bytes, start, end } = framer;
    expect(framer.next()).toBe(false);
    framer.push(second.slice(25));
    expect(framer.next()).toBe(true);
    expect(toHex(bytes, start, end)).toBe(toHex(first));
    expect(toHex(framer.bytes, framer.start, framer.end)).toBe(toHex(second));
  });

  it("keeps what was pushed when it was not drained in between", () => {
    const framer = new Framer();
    const stream = concat(valid.map(({ bytes }) => bytes));
    for (const chunk of cut(stream, [5, 40, 100, 101])) framer.push(chunk);
    expect(frame([], framer)).toEqual([]);
    const out: string[] = [];
    while (framer.next()) out.push(toHex(framer.bytes, framer.start, framer.end));
    expect(out).toEqual(valid.map(({ bytes }) => toHex(bytes)));
  });

  it("keeps one message at most between chunks, and none once all are read", () => {
    const framer = new Framer(65535);
    const header = Uint8Array.of(...new Array<number>(16).fill(0xff), 0xff, 0xff, 2);
    framer.push(header);
    framer.next();
    for (let i = 0; i < 65535 - 19; i++) {
      framer.push(Uint8Array.of(0));
      expect(framer.next()).toBe(i === 65535 - 20);
    }
    const kept = (): number => {
      const views = Object.values(framer).filter((value) => value instanceof Uint8Array);
      expect(new Set(views.map(({ buffer }) => buffer)).size).toBeLessThanOrEqual(3);
      return views.reduce((sum, { byteLength }) => sum + byteLength, 0);
    };
    expect(kept()).toBe(65535 + 1);
    framer.next();
    expect(kept()).toBe(0);
  });

  it("reports a header fault once the header is there, and is deaf afterwards", () => {
    const framer = new Framer();
    framer.push(new Uint8Array(18));
    expect([framer.next(), framer.error]).toEqual([false, null]);
    framer.push(new Uint8Array(1));
    expect(framer.next()).toBe(false);
    expect(framer.error?.notification).toEqual({ code: 1, subcode: 1, data: new Uint8Array(0) });
    framer.push(valid[0]!.bytes);
    expect(framer.next()).toBe(false);
  });

  describe("checks lengths against the type and what was negotiated (RFC 4271 §6.1, RFC 8654 §3)", () => {
    const header = (length: number, type: number): Uint8Array =>
      Uint8Array.of(...new Array<number>(16).fill(0xff), length >> 8, length & 0xff, type);
    const firstError = (length: number, type: number, max: number): string => {
      const bytes = new Uint8Array(Math.max(length, 19));
      bytes.set(header(length, type));
      return frame([bytes], new Framer(max))[0]!.slice(0, 14);
    };

    it.each([
      ["shorter than a header", 18, 2, 4096, "error 1/2 0012"],
      ["longer than 4096", 4097, 2, 4096, "error 1/2 1001"],
      ["an OPEN of 28", 28, 1, 4096, "error 1/2 001c"],
      ["an OPEN of more than 4096 where that is allowed for others", 4097, 1, 65535, "error 1/2 1001"],
      ["an UPDATE of 22", 22, 2, 4096, "error 1/2 0016"],
      ["a NOTIFICATION of 20", 20, 3, 4096, "error 1/2 0014"],
      ["a KEEPALIVE of 20", 20, 4, 65535, "error 1/2 0014"],
      ["type 0", 19, 0, 4096, "error 1/3 00"],
      ["type 6", 19, 6, 4096, "error 1/3 06"],
    ])("refuses %s", (_what, length, type, max, error) => {
      expect(firstError(length, type, max)).toBe(error);
    });

    it("accepts an UPDATE of 65535 octets once extended messages were negotiated, in the middle of the stream", () => {
      const framer = new Framer();
      const w = new Writer();
      encodeMessage(w, { type: MessageType.Keepalive }, defaultCodecContext);
      const big = new Uint8Array(65535);
      big.set(header(65535, 2));
      framer.push(concat([w.slice(), big]));
      expect(framer.next()).toBe(true);
      framer.maxMessageLength = 65535;
      expect([framer.next(), framer.end - framer.start]).toEqual([true, 65535]);
    });
  });
});
