import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import {
  decodeExtendedCommunity,
  type ExtendedCommunity,
  encodeExtendedCommunity,
  formatExtendedCommunity,
} from "../../../src/codec/attributes/extended-community.ts";
import { BgpEncodeError } from "../../../src/codec/encode-error.ts";

const address = Uint8Array.of(192, 0, 2, 1);

describe("extended communities", () => {
  it.each<readonly [hex: string, value: ExtendedCommunity, text: string]>([
    ["0002fde800000001", { kind: "route-target", as: "two-octet", asn: 65000, local: 1 }, "target:65000:1"],
    ["0102c00002010064", { kind: "route-target", address, local: 100 }, "target:192.0.2.1:100"],
    [
      "0202fa56ea00ffff",
      { kind: "route-target", as: "four-octet", asn: 4200000000, local: 65535 },
      "target:4200000000:65535",
    ],
    [
      "0003fde8ffffffff",
      { kind: "route-origin", as: "two-octet", asn: 65000, local: 4294967295 },
      "origin:65000:4294967295",
    ],
    ["0103c00002010000", { kind: "route-origin", address, local: 0 }, "origin:192.0.2.1:0"],
    ["020300000001 0001".replace(" ", ""), { kind: "route-origin", as: "four-octet", asn: 1, local: 1 }, "origin:1:1"],
    [
      "4004fde84998968 0".replace(" ", ""),
      { kind: "link-bandwidth", transitive: false, asn: 65000, bytesPerSecond: 1250000 },
      "bandwidth:65000:1250000",
    ],
    [
      "0004fde800000000",
      { kind: "link-bandwidth", transitive: true, asn: 65000, bytesPerSecond: 0 },
      "bandwidth:65000:0",
    ],
    ["030bc00000000064", { kind: "color", flags: 0xc000, color: 100 }, "color:100"],
    ["030c000000000008", { kind: "raw", value: fromHex("030c000000000008")! }, "030c000000000008"],
    ["4002fde800000001", { kind: "raw", value: fromHex("4002fde800000001")! }, "4002fde800000001"],
    ["4004fde87fc00000", { kind: "raw", value: fromHex("4004fde87fc00000")! }, "4004fde87fc00000"],
    ["4004fde87f800000", { kind: "raw", value: fromHex("4004fde87f800000")! }, "4004fde87f800000"],
    ["4004fde8bf800000", { kind: "raw", value: fromHex("4004fde8bf800000")! }, "4004fde8bf800000"],
    ["4004fde880000000", { kind: "raw", value: fromHex("4004fde880000000")! }, "4004fde880000000"],
  ])("%s is %j, both ways", (hex, value, text) => {
    const bytes = fromHex(`aa${hex}`)!;
    expect(decodeExtendedCommunity(bytes, 1)).toEqual(value);
    expect(toHex(encodeExtendedCommunity(value))).toBe(hex);
    expect(formatExtendedCommunity(bytes.slice(1))).toBe(text);
  });

  it("come back octet for octet, whatever they are", () => {
    const type = fc.constantFrom(0, 1, 2, 3, 0x40, 0x43, 0x80);
    const subtype = fc.constantFrom(2, 3, 4, 11, 12);
    fc.assert(
      fc.property(type, subtype, fc.uint8Array({ minLength: 6, maxLength: 6 }), (high, low, rest) => {
        const bytes = Uint8Array.of(high, low, ...rest);
        const value = decodeExtendedCommunity(bytes);
        expect(encodeExtendedCommunity(value)).toEqual(bytes);
      }),
    );
  });

  it("write a rate of minus zero as zero", () => {
    const value = { kind: "link-bandwidth", transitive: true, asn: 1, bytesPerSecond: -0 } as const;
    expect(toHex(encodeExtendedCommunity(value))).toBe("0004000100000000");
  });

  it.each<readonly [field: string, value: ExtendedCommunity]>([
    ["extendedCommunity.asn", { kind: "route-target", as: "two-octet", asn: 65536, local: 1 }],
    ["extendedCommunity.local", { kind: "route-target", as: "two-octet", asn: 1, local: 2 ** 32 }],
    ["extendedCommunity.asn", { kind: "route-target", as: "four-octet", asn: 2 ** 32, local: 1 }],
    ["extendedCommunity.local", { kind: "route-origin", as: "four-octet", asn: 1, local: 65536 }],
    ["extendedCommunity.address", { kind: "route-target", address: new Uint8Array(16), local: 1 }],
    ["extendedCommunity.local", { kind: "route-target", address, local: -1 }],
    ["extendedCommunity.asn", { kind: "link-bandwidth", transitive: false, asn: 65536, bytesPerSecond: 1 }],
    ...[Number.NaN, -1, Number.POSITIVE_INFINITY, 3.5e38].map((bytesPerSecond) => {
      const value: ExtendedCommunity = { kind: "link-bandwidth", transitive: false, asn: 1, bytesPerSecond };
      return ["extendedCommunity.bytesPerSecond", value] as const;
    }),
    ["extendedCommunity.flags", { kind: "color", flags: 65536, color: 1 }],
    ["extendedCommunity.color", { kind: "color", flags: 0, color: -1 }],
    ["extendedCommunity.value", { kind: "raw", value: new Uint8Array(7) }],
  ])("name %s when it does not fit", (field, value) => {
    try {
      encodeExtendedCommunity(value);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BgpEncodeError);
      expect((error as BgpEncodeError).field).toBe(field);
    }
  });
});
