import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, internal, verdict } from "./update-with.ts";

describe("ORIGINATOR_ID", () => {
  it("from an internal peer is read", () => {
    const originatorId = Uint8Array.of(10, 0, 0, 1);
    expect(decodeWith({ add: "8009040a000001" }, internal).attributes.materialise().originatorId).toEqual(originatorId);
    expect(encodedAttributes({ originatorId })).toBe("8009040a000001");
  });

  it.each(["8009040a000001", "8009030a0000"])("%s from an external peer is discarded", (add) => {
    expect(verdict({ add })).toBe("AttributeDiscard 9:originator-id-from-external-peer (RFC 7606 §7.9)");
  });

  it.each([
    ["three octets", "8009030a0000", "attribute-length (RFC 7606 §7.9)"],
    ["a transitive flag", "c009040a000001", "attribute-flags (RFC 7606 §3 c)"],
  ])("from an internal peer with %s withdraws the routes", (_what, add, problem) => {
    expect(verdict({ add }, internal)).toBe(`TreatAsWithdraw 9:${problem}`);
  });

  it("from an external peer with wrong flags is malformed like any other (RFC 7606 §3 c), which costs more", () => {
    expect(verdict({ add: "c009040a000001" })).toBe("TreatAsWithdraw 9:attribute-flags (RFC 7606 §3 c)");
  });
});
