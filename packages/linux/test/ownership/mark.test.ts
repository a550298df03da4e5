import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInstanceName, isMarked, isMarkedRoute, keepsAddressProto, ownershipMark } from "../../src/ownership/mark.ts";

describe("ownership marks", () => {
  it("are fixed for the default instance and stable for others", () => {
    expect(ownershipMark()).toEqual({ instance: "default", proto: 118, rtPriority: 0x76697076 });
    expect(ownershipMark("default")).toEqual(ownershipMark());
    // Published values: addresses left by one version are recognised by the next.
    expect(["a", "blue", "green", "site-1.prod"].map((name) => ownershipMark(name).proto)).toMatchInlineSnapshot(`
      [
        171,
        167,
        130,
        152,
      ]
    `);
  });

  it("stay in 100..185 and off the default's value, for any name", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/).filter((text) => text !== "default");
    const seen = new Set<number>();
    fc.assert(
      fc.property(name, (instance) => {
        const { proto, rtPriority } = ownershipMark(instance);
        expect(proto).toBeGreaterThanOrEqual(100);
        expect(proto).toBeLessThanOrEqual(185);
        expect(proto).not.toBe(118);
        expect(rtPriority).toBe(0x76697000 + proto);
        seen.add(proto);
      }),
      { numRuns: 2000 },
    );
    expect(seen.size).toBeGreaterThan(80);
  });

  it("are recognised by either method, and not on the kernel's or another's addresses", () => {
    const mark = ownershipMark();
    expect(isMarked({ proto: 118, rtPriority: 0 }, mark)).toBe(true);
    expect(isMarked({ proto: 0, rtPriority: 0x76697076 }, mark)).toBe(true);
    for (const proto of [0, 1, 2, 3, 117]) expect(isMarked({ proto, rtPriority: 256 }, mark)).toBe(false);
    expect(isMarkedRoute({ protocol: 118 }, mark)).toBe(true);
    expect(isMarkedRoute({ protocol: 186 }, mark)).toBe(false);
  });

  it("need an instance name that is safe as a file name", () => {
    expect(["a", "A-1_b.c", "x".repeat(63)].every(isInstanceName)).toBe(true);
    for (const name of ["", ".", "..", "-a", "a/b", "a b", "x".repeat(64), "é"]) {
      expect(isInstanceName(name)).toBe(false);
      expect(() => ownershipMark(name)).toThrow(RangeError);
    }
  });

  it("are kept by kernels from 5.18", () => {
    expect(["5.18.0", "5.18.0-rc1", "6.1.0-13-amd64", "10.0"].map(keepsAddressProto)).toEqual([true, true, true, true]);
    expect(["5.17.9", "5.4.0-150-generic", "4.19", "", "unknown"].map(keepsAddressProto)).toEqual(
      new Array(5).fill(false),
    );
  });
});
