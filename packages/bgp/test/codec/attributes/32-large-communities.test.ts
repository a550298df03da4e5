import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

const one = "0000fde90000000100000002";
const other = "ffffffff0000000300000004";

describe("LARGE_COMMUNITY", () => {
  it("is read and written in its order", () => {
    const add = `c02018${other}${one}`;
    const largeCommunities = [
      [4294967295, 3, 4],
      [65001, 1, 2],
    ] as const;
    expect(decodeWith({ add }).attributes.materialise().largeCommunities).toEqual(largeCommunities);
    expect([encodedAttributes({ largeCommunities }), encodedAttributes({ largeCommunities: [] })]).toEqual([add, ""]);
  });

  it("loses redundant values on receipt and before sending (RFC 8092 §3)", () => {
    expect(decodeWith({ add: `c02024${one}${other}${one}` }).attributes.materialise().largeCommunities).toEqual([
      [65001, 1, 2],
      [4294967295, 3, 4],
    ]);
    expect(
      encodedAttributes({
        largeCommunities: [
          [65001, 1, 2],
          [65001, 1, 2],
        ],
      }),
    ).toBe(`c0200c${one}`);
  });

  it.each([
    ["no octet", "c02000", "attribute-length (RFC 8092 §6)"],
    ["eleven octets", `c0200b${one.slice(2)}`, "attribute-length (RFC 8092 §6)"],
    ["no transitive flag", `80200c${one}`, "attribute-flags (RFC 7606 §3 c)"],
  ])("with %s withdraws the routes", (_what, add, problem) => {
    expect(verdict({ add })).toBe(`TreatAsWithdraw 32:${problem}`);
  });

  it.each([[[]], [[1, 2]], [[1, 2, 3, 4]]])("is not made of %j", (value) => {
    // What a caller without types may give.
    const largeCommunities = [value] as unknown as readonly [number, number, number][];
    expect(() => encodedAttributes({ largeCommunities })).toThrow(/^largeCommunities: \d numbers where 3 are needed$/);
  });

  it("cannot hold more than 32 bits", () => {
    expect(() => encodedAttributes({ largeCommunities: [[1, 2, 4294967296]] })).toThrow(
      /^largeCommunities: 4294967296/,
    );
  });
});
