import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../src/bytes/utf8.ts";
import {
  describeNotification,
  encodeShutdownCommunication,
  shutdownCommunication,
} from "../../src/codec/shutdown-communication.ts";

const shutdown = (data: Uint8Array, subcode = 2) => ({ code: 6, subcode, data });

/** Control characters, those that turn the direction of text, and line breaks. */
const unprintable = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

describe("shutdown communication", () => {
  it("comes back as the text it was, unless it is longer than 255 octets", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
        const data = encodeShutdownCommunication(text);
        expect(data[0]).toBe(data.length - 1);
        const words = shutdownCommunication(shutdown(data));
        if (encodeUtf8(text).length <= 255) expect(words).toBe(text.replace(unprintable, "\u{fffd}"));
      }),
    );
    expect(encodeShutdownCommunication("ä".repeat(200)).length).toBe(255);
  });

  it("is read for an administrative reset and through a hard reset too", () => {
    const data = encodeShutdownCommunication("maintenance");
    expect(shutdownCommunication(shutdown(data, 4))).toBe("maintenance");
    expect(shutdownCommunication(shutdown(Uint8Array.of(6, 4, ...data), 9))).toBe("maintenance");
  });

  it.each([
    ["an empty field", []],
    ["a zero length", [0]],
    ["a length beyond the data", [5, 0x41, 0x42]],
    ["octets that are not UTF-8", [2, 0xff, 0xfe]],
  ])("is absent for %s", (_what, data) => {
    expect(shutdownCommunication(shutdown(Uint8Array.from(data)))).toBeUndefined();
  });

  it("is absent where the subcode has none", () => {
    expect(shutdownCommunication(shutdown(encodeShutdownCommunication("x"), 3))).toBeUndefined();
    expect(shutdownCommunication({ code: 3, subcode: 2, data: encodeShutdownCommunication("x") })).toBeUndefined();
  });

  it("cannot drive a terminal", () => {
    const words = shutdownCommunication(shutdown(encodeShutdownCommunication("a\u{1b}[2Jb\n")));
    expect(words).toBe("a\u{fffd}[2Jb\u{fffd}");
    const turned = shutdownCommunication(shutdown(encodeShutdownCommunication("a\u{202e}b\u{2066}c\u{2028}d\u{200d}")));
    expect(turned).toBe("a\u{fffd}b\u{fffd}c\u{fffd}d\u{200d}");
  });
});

describe("describeNotification", () => {
  it.each([
    [{ code: 6, subcode: 2, data: encodeShutdownCommunication("bye") }, 'Cease / Administrative Shutdown: "bye"'],
    [{ code: 6, subcode: 9, data: Uint8Array.of(4, 0) }, "Cease / Hard Reset (Hold Timer Expired)"],
    [{ code: 6, subcode: 9, data: Uint8Array.of(6) }, "Cease / Hard Reset"],
    [
      { code: 5, subcode: 3, data: new Uint8Array(0) },
      "Finite State Machine Error / Receive Unexpected Message in Established State",
    ],
  ])("says %#", (body, text) => {
    expect(describeNotification(body)).toBe(text);
  });
});
