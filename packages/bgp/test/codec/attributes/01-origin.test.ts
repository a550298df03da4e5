import { describe, expect, it } from "vitest";
import type { Origin } from "../../../src/codec/attributes/values.ts";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

const without = [1];

describe("ORIGIN", () => {
  it.each([0, 1, 2] as const)("%i is read and written", (origin) => {
    const hex = `4001010${origin}`;
    const { attributes } = decodeWith({ without, add: hex });
    expect([attributes.origin, attributes.materialise().origin]).toEqual([origin, origin]);
    expect(encodedAttributes({ origin })).toContain(hex);
  });

  it.each([
    ["an undefined value", "40010103", "1:origin-value (RFC 7606 §7.1)"],
    ["the value 255", "400101ff", "1:origin-value (RFC 7606 §7.1)"],
    ["no octet", "400100", "1:attribute-length (RFC 7606 §7.1)"],
    ["two octets", "4001020000", "1:attribute-length (RFC 7606 §7.1)"],
    ["an optional flag", "c0010100", "1:attribute-flags (RFC 7606 §3 c)"],
    ["no transitive flag", "00010100", "1:attribute-flags (RFC 7606 §3 c)"],
  ])("with %s withdraws the routes, and is not to be seen", (_what, add, problem) => {
    expect(verdict({ without, add })).toBe(`TreatAsWithdraw ${problem}`);
    expect(decodeWith({ without, add }).attributes.origin).toBe(-1);
  });

  it("may come with the Partial bit, Extended Length and reserved bits", () => {
    expect(verdict({ without, add: "7f01000100" })).toBe("Ok");
  });

  it("is mandatory with reachable routes", () => {
    expect(verdict({ without })).toBe("TreatAsWithdraw 1:attribute-missing (RFC 7606 §3 d)");
  });

  it("cannot be written with a value of 3", () => {
    expect(() => encodedAttributes({ origin: 3 as Origin })).toThrow(/^origin: 3 is not/);
  });
});
