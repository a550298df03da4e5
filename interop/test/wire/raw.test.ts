import { describe, expect, test } from "vitest";
import { rawUpdates } from "../../src/wire/raw.ts";

const marker = "ff".repeat(16);

function octets(...messages: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(messages.join("").replaceAll(" ", ""), "hex"));
}

const keepalive = `${marker} 0013 04`;

describe("reading prefixes from bare octets", () => {
  test("finds what each UPDATE announces and withdraws, and skips other messages", () => {
    const update = `${marker} 0027 02 0005 20c0000209 0004 40010100 18c63364 08 0a 00`;
    expect(rawUpdates(octets(keepalive, update, keepalive))).toEqual([
      { length: 39, withdrawn: ["192.0.2.9/32"], announced: ["198.51.100.0/24", "10.0.0.0/8", "0.0.0.0/0"] },
    ]);
  });

  test("refuses octets that end inside a message", () => {
    const whole = octets(keepalive, keepalive);
    expect(() => rawUpdates(whole.subarray(0, 30))).toThrow("ends inside a header");
    expect(() => rawUpdates(octets(`${marker} 0017 02 0000 00`))).toThrow("does not fit");
    expect(() => rawUpdates(octets(`${marker} 0012 04`))).toThrow("does not fit");
  });
});
