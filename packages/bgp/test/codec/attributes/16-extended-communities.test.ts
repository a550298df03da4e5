import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

describe("EXTENDED COMMUNITIES", () => {
  it("are kept octet for octet, whatever their type (RFC 7606 §7.14)", () => {
    const extendedCommunities = [
      Uint8Array.of(0, 2, 0xfd, 0xe9, 0, 0, 0, 1),
      Uint8Array.of(255, 254, 1, 2, 3, 4, 5, 6),
    ];
    const add = "c010100002fde900000001fffe010203040506";
    expect(decodeWith({ add }).attributes.materialise().extendedCommunities).toEqual(extendedCommunities);
    expect([encodedAttributes({ extendedCommunities }), encodedAttributes({ extendedCommunities: [] })]).toEqual([
      add,
      "",
    ]);
  });

  it.each([
    ["no octet", "c01000", "attribute-length (RFC 7606 §7.14)"],
    ["seven octets", "c0100700000000000000", "attribute-length (RFC 7606 §7.14)"],
    ["no transitive flag", "8010080000000000000000", "attribute-flags (RFC 7606 §3 c)"],
  ])("with %s withdraw the routes", (_what, add, problem) => {
    expect(verdict({ add })).toBe(`TreatAsWithdraw 16:${problem}`);
  });

  it("cannot be written with another length than eight", () => {
    expect(() => encodedAttributes({ extendedCommunities: [new Uint8Array(7)] })).toThrow(
      /^extendedCommunities: has 7/,
    );
  });
});
