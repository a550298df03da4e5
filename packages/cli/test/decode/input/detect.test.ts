import { describe, expect, test } from "vitest";
import { detectFormat, detectionLength, detectPacking } from "../../../src/decode/input/detect.ts";
import { keepalive, mrt, octets, pcap, pcapng } from "../support/build.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("the format", () => {
  test.each([
    ["a message", keepalive, "raw"],
    ["a message cut off in its marker", keepalive.subarray(0, 9), "raw"],
    ["a capture, little endian", pcap([]), "pcap"],
    ["a capture, big endian, nanoseconds", pcap([], { littleEndian: false, nanoseconds: true }), "pcap"],
    ["a capture in blocks", pcapng([]), "pcap"],
    ["an UPDATE archive", mrt(16, 4, "00".repeat(30)), "mrt"],
    ["a RIB dump", mrt(13, 1, ""), "mrt"],
    ["a record whose time stamp is text", mrt(17, 1, "00", 0x61626364), "mrt"],
    ["hexadecimal", text("ff ff ff ff\n"), "hex"],
    ["a comment, not in English", text("# Prüfung\n"), "hex"],
    ["nothing", octets(), null],
    ["zeros", new Uint8Array(64), null],
    ["text behind a zero", octets([0], text("ffffffffffff")), null],
    ["an MRT header with a length of gigabytes", octets("00000000001000010f000000", "00".repeat(20)), null],
  ])("of %s is told from its first octets", (_, input, format) => {
    expect(detectFormat(input, true)).toBe(format);
    const early = Array.from({ length: Math.min(input.length, detectionLength) }, (__, length) =>
      detectFormat(input.subarray(0, length), false),
    );
    // Never another verdict on the way: a slow pipe is waited for.
    expect(early.filter((verdict) => verdict !== "more" && verdict !== format)).toEqual([]);
  });
});

describe("the packing", () => {
  test.each([
    ["gzip", "1f8b0800"],
    ["bzip2", "425a6839"],
    ["xz", "fd377a585a00"],
    ["zstd", "28b52ffd"],
    ["none", "ffffffff"],
    ["none", ""],
  ])("%s is told from its magic number", (packing, hex) => {
    const input = octets(hex);
    expect(detectPacking(input, true)).toBe(packing);
    const first = detectPacking(input.subarray(0, 1), false);
    expect(first === "more" || first === packing).toBe(true);
  });
});
