import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, internal, verdict } from "./update-with.ts";

describe("CLUSTER_LIST", () => {
  it("from an internal peer is read", () => {
    const clusterList = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2)];
    const add = "800a080a0000010a000002";
    expect(decodeWith({ add }, internal).attributes.materialise().clusterList).toEqual(clusterList);
    expect([encodedAttributes({ clusterList }), encodedAttributes({ clusterList: [] })]).toEqual([add, ""]);
  });

  it.each(["800a040a000001", "800a030a0000"])("%s from an external peer is discarded", (add) => {
    expect(verdict({ add })).toBe("AttributeDiscard 10:cluster-list-from-external-peer (RFC 7606 §7.10)");
  });

  it.each([
    ["no octet", "800a00", "attribute-length (RFC 7606 §7.10)"],
    ["five octets", "800a050a00000100", "attribute-length (RFC 7606 §7.10)"],
    ["a transitive flag", "c00a040a000001", "attribute-flags (RFC 7606 §3 c)"],
  ])("from an internal peer with %s withdraws the routes", (_what, add, problem) => {
    expect(verdict({ add }, internal)).toBe(`TreatAsWithdraw 10:${problem}`);
  });

  it("from an external peer with wrong flags is malformed like any other (RFC 7606 §3 c), which costs more", () => {
    expect(verdict({ add: "c00a040a000001" })).toBe("TreatAsWithdraw 10:attribute-flags (RFC 7606 §3 c)");
  });
});
