import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

describe("COMMUNITIES", () => {
  it("are read and written in their order, repetitions included", () => {
    const communities = [0xffff_ff01, 1, 1];
    const add = "c0080cffffff010000000100000001";
    expect(decodeWith({ add }).attributes.materialise().communities).toEqual(communities);
    expect(encodedAttributes({ communities })).toBe(add);
  });

  it.each([
    ["no octet", "c00800", "attribute-length (RFC 7606 §7.8)"],
    ["six octets", "c00806000000010000", "attribute-length (RFC 7606 §7.8)"],
    ["no transitive flag", "80080400000001", "attribute-flags (RFC 7606 §3 c)"],
  ])("with %s withdraw the routes", (_what, add, problem) => {
    expect(verdict({ add })).toBe(`TreatAsWithdraw 8:${problem}`);
  });

  it("are not sent when there are none, and need an Extended Length from 64 on", () => {
    expect(encodedAttributes({ communities: [] })).toBe("");
    expect(encodedAttributes({ communities: new Array<number>(64).fill(7) }).slice(0, 16)).toBe("d008010000000007");
  });
});
