import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

describe("MULTI_EXIT_DISC", () => {
  it("is read and written as an unsigned integer", () => {
    expect(decodeWith({ add: "800404ffffffff" }).attributes.multiExitDisc).toBe(4294967295);
    expect(decodeWith({}).attributes.multiExitDisc).toBe(-1);
    expect(encodedAttributes({ multiExitDisc: 4294967295 })).toBe("800404ffffffff");
  });

  it.each([
    ["three octets", "800403000000", "attribute-length (RFC 7606 §7.4)"],
    ["five octets", "8004050000000000", "attribute-length (RFC 7606 §7.4)"],
    ["a transitive flag", "c0040400000000", "attribute-flags (RFC 7606 §3 c)"],
    ["no optional flag", "00040400000000", "attribute-flags (RFC 7606 §3 c)"],
  ])("with %s withdraws the routes", (_what, add, problem) => {
    expect(verdict({ add })).toBe(`TreatAsWithdraw 4:${problem}`);
  });

  it.each([-1, 4294967296, 0.5, Number.NaN])("cannot be %d", (value) => {
    expect(() => encodedAttributes({ multiExitDisc: value })).toThrow(/^multiExitDisc: /);
  });
});
