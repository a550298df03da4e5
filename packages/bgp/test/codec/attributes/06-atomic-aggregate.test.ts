import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

describe("ATOMIC_AGGREGATE", () => {
  it("is there or not", () => {
    expect([
      decodeWith({ add: "400600" }).attributes.atomicAggregate,
      decodeWith({}).attributes.atomicAggregate,
    ]).toEqual([true, false]);
    expect([encodedAttributes({ atomicAggregate: true }), encodedAttributes({ atomicAggregate: false })]).toEqual([
      "400600",
      "",
    ]);
  });

  it("with a value is discarded", () => {
    expect(verdict({ add: "40060100" })).toBe("AttributeDiscard 6:attribute-length (RFC 7606 §7.6)");
    expect(decodeWith({ add: "40060100" }).attributes.atomicAggregate).toBe(false);
  });

  it("with wrong flags withdraws the routes", () => {
    expect(verdict({ add: "c00600" })).toBe("TreatAsWithdraw 6:attribute-flags (RFC 7606 §3 c)");
  });
});
