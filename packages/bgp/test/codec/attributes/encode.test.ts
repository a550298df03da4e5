import { describe, expect, it } from "vitest";
import type { AttributeValues } from "../../../src/codec/attributes/values.ts";
import { encodedAttributes } from "./update-with.ts";

describe("the attribute encoder", () => {
  const empty: readonly AttributeValues[] = [
    { communities: [] },
    { clusterList: [] },
    { extendedCommunities: [] },
    { largeCommunities: [] },
    { aigp: [] },
    { prefixSid: [] },
    { unknown: [] },
    { atomicAggregate: false },
  ];

  it.each(empty)("sends nothing for %j: a length of zero would be malformed (RFC 7606 §7)", (values) => {
    expect(encodedAttributes(values)).toBe("");
  });

  it("does not claim that an unknown attribute is well-known: that would cost the session (RFC 4271 §6.3)", () => {
    const unknown = [{ code: 99, flags: 0x40, value: new Uint8Array(1) }];
    expect(() => encodedAttributes({ unknown })).toThrow(/^unknown\.flags: 64 claim that 99 is well-known$/);
  });

  it("writes what has no property among the others, in ascending order, with an Extended Length only where it is needed", () => {
    const raw = (code: number, length: number, flags = 0xc0): { code: number; flags: number; value: Uint8Array } => ({
      code,
      flags,
      value: new Uint8Array(length),
    });
    const unknown = [raw(200, 255), raw(99, 256), raw(11, 0, 0xd0)];
    const hex = encodedAttributes({ unknown, multiExitDisc: 7, largeCommunities: [[1, 2, 3]] });
    const large = "c0200c000000010000000200000003";
    expect(hex).toBe(`80040400000007c00b00${large}d0630100${"00".repeat(256)}c0c8ff${"00".repeat(255)}`);
  });
});
