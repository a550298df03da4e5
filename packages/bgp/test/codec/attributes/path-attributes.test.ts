import { describe, expect, it } from "vitest";
import { toHex } from "../../../src/bytes/hex.ts";
import { Writer } from "../../../src/bytes/writer.ts";
import { hashBytes } from "../../../src/codec/attributes/canonical.ts";
import { Family } from "../../../src/iana/afi-safi.ts";
import { decodeWith, external, internal, twoOctet } from "./update-with.ts";

const med = "80040400000007";

describe("PathAttributes", () => {
  it("finds attributes by code, below 32, below 64 and above", () => {
    const { attributes } = decodeWith({ add: `${med}c0200c000000010000000200000003c0630101` });
    expect([2, 4, 5, 32, 33, 99, 100].map((code) => attributes.has(code))).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
    expect([attributes.flags(4), attributes.flags(99), attributes.flags(5), attributes.flags(100)]).toEqual([
      0x80, 0xc0, -1, -1,
    ]);
    expect([attributes.valueStart(5), attributes.valueEnd(5)]).toEqual([-1, -1]);
    const [start, end] = [attributes.valueStart(4), attributes.valueEnd(4)];
    expect(toHex(attributes.bytes, start, end)).toBe("00000007");
  });

  it("visits every usable attribute once, in wire order", () => {
    const codes: number[] = [];
    const add = `c0630101 ${med} 40060100 400504000000c8 c0630102 c0080400000001`;
    decodeWith({ add }).attributes.forEach((code) => {
      codes.push(code);
    });
    expect(codes).toEqual([1, 2, 3, 99, 4, 8]);
  });

  it("says -1 and null for what is not there", () => {
    const { attributes } = decodeWith({ without: [1, 2, 3], nlri: "" });
    expect([attributes.origin, attributes.nextHop, attributes.localPref, attributes.multiExitDisc]).toEqual([
      -1, -1, -1, -1,
    ]);
    expect([attributes.mpReach, attributes.mpUnreach]).toEqual([null, null]);
    expect(attributes.materialise()).toEqual({});
  });

  it("outlives its buffer after retain", () => {
    const message = decodeWith({ add: med });
    const kept = message.attributes.retain();
    const before = kept.materialise();
    message.attributes.bytes.fill(0);
    expect(kept.materialise()).toEqual(before);
    expect(kept.multiExitDisc).toBe(7);
  });

  it("keeps the flags of unknown attributes, without Extended Length", () => {
    const { unknown } = decodeWith({ add: "f0630002aabb" }).attributes.materialise();
    expect(unknown).toEqual([{ code: 99, flags: 0xe0, value: Uint8Array.of(0xaa, 0xbb) }]);
  });
});

describe("canonical octets", () => {
  const canonical = (add: string, context = external, without: number[] = []): string =>
    toHex(decodeWith({ add, without }, context).attributes.rawBytes(Family.Ipv4Unicast));

  it("are the attributes in ascending order with minimal lengths", () => {
    expect(canonical(`c06300 9004000400000007`)).toBe(`4001010040020040 0304c0000201${med}c06300`.replace(" ", ""));
  });

  it("ignore reserved flag bits and what was discarded, but keep Partial", () => {
    expect(canonical(`4f0600 400504000000c8 e8630101`)).toBe("40010100400200400304c0000201400600e0630101");
  });

  it("have four-octet AS numbers from a two-octet peer too", () => {
    const add = "4002060202 5ba0fde9 c007065ba0c0000209 c0110a0202fa56ea000000fde9 c01208fa56ea00c0000209";
    const same = "40020a0202fa56ea000000fde9 c00708fa56ea00c0000209";
    expect(canonical(add, twoOctet, [2])).toBe(canonical(same, external, [2]));
  });

  it("hold the next hop of the family's routes, and no NLRI", () => {
    const add = "800e1a000201 10 20010db8000000000000000000000001 00 2020010db8";
    const { attributes } = decodeWith({ add });
    expect(toHex(attributes.rawBytes(Family.Ipv4Unicast))).toBe("40010100400200400304c0000201");
    const v6 = "4001010040020040031020010db8000000000000000000000001";
    expect(toHex(attributes.rawBytes(Family.Ipv6Unicast))).toBe(v6);
    expect(toHex(decodeWith({ add, without: [3], nlri: "" }).attributes.rawBytes())).toBe(v6);
  });

  it("can be appended to a writer in use", () => {
    const w = new Writer();
    w.u8(9);
    decodeWith({}, internal).attributes.writeCanonical(w);
    expect(toHex(w.slice())).toBe("0940010100400200400304c0000201");
  });

  it("have a hash that tells sets apart", () => {
    expect(hashBytes(new Uint8Array(0))).toBe(0x811c9dc5);
    // The published FNV-1a test vector for "foobar".
    expect(hashBytes(Uint8Array.from(Buffer.from("foobar")))).toBe(0xbf9cf968);
    expect(hashBytes(Uint8Array.of(1, 2, 3), 1, 2)).toBe(hashBytes(Uint8Array.of(2)));
    expect(hashBytes(Uint8Array.of(2), 0, 1, 7)).not.toBe(hashBytes(Uint8Array.of(2)));
  });
});
