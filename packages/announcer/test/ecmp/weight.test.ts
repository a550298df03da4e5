import { decodeExtendedCommunity, fromHex } from "@vipcast/bgp";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_WEIGHT, MIN_WEIGHT } from "../../src/ecmp/bit-rate.ts";
import { decideWeight, linkBandwidth, quantise } from "../../src/ecmp/weight.ts";

const policy = { quantum: 0.1, minIntervalMs: 10_000 };

describe("linkBandwidth", () => {
  it("is the non-transitive community in octets per second, with AS_TRANS for an AS of four octets or none", () => {
    // draft-ietf-idr-link-bandwidth §2: type 0x40, subtype 0x04, two octets of AS, a float of 32 bits.
    expect(linkBandwidth(65001, 1e10)).toBe("4004fde94e9502f9");
    expect(linkBandwidth(4200000001, 1e10)).toBe("40045ba04e9502f9");
    expect(linkBandwidth(null, 8000)).toBe("40045ba0447a0000");
  });

  it("means the weight again, to the precision of the float", () => {
    fc.assert(
      fc.property(fc.integer({ min: MIN_WEIGHT, max: MAX_WEIGHT }), (bits) => {
        const decoded = decodeExtendedCommunity(fromHex(linkBandwidth(65001, bits))!);
        expect(decoded).toMatchObject({ kind: "link-bandwidth", transitive: false, asn: 65001 });
        if (decoded.kind === "link-bandwidth")
          expect(Math.abs(decoded.bytesPerSecond * 8 - bits) / bits).toBeLessThan(1e-6);
      }),
    );
  });
});

describe("decideWeight", () => {
  it("keeps what differs by less than the quantum, in either direction", () => {
    const inForce = { weight: 1e9, changedAtMs: null };
    expect(decideWeight(inForce, 1e9, 0, policy)).toEqual({ kind: "keep" });
    expect(decideWeight(inForce, 1.09e9, 0, policy)).toEqual({ kind: "keep" });
    expect(decideWeight(inForce, 0.91e9, 0, policy)).toEqual({ kind: "keep" });
    expect(decideWeight(inForce, 1.1e9, 0, policy)).toEqual({ kind: "change", weight: 1.1e9 });
    expect(decideWeight(inForce, 0.9e9, 0, policy)).toEqual({ kind: "change", weight: 0.9e9 });
  });

  it("waits for the rest of the interval, and not before the first change", () => {
    expect(decideWeight({ weight: 1e9, changedAtMs: 1000 }, 2e9, 3000, policy)).toEqual({ kind: "later", inMs: 8000 });
    expect(decideWeight({ weight: 1e9, changedAtMs: 1000 }, 2e9, 11_000, policy).kind).toBe("change");
    expect(decideWeight({ weight: 1e9, changedAtMs: null }, 2e9, 0, policy).kind).toBe("change");
  });

  it("takes having a weight or none for a difference, whatever the quantum", () => {
    const coarse = { quantum: 1, minIntervalMs: 0 };
    expect(decideWeight({ weight: null, changedAtMs: null }, 1e9, 0, coarse)).toEqual({ kind: "change", weight: 1e9 });
    expect(decideWeight({ weight: 1e9, changedAtMs: null }, null, 0, coarse)).toEqual({ kind: "change", weight: null });
  });

  it("sends at most one change per interval and ends at the last value, whatever is asked", () => {
    const asked = fc.array(fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 99 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(asked, (steps) => {
        let inForce: { weight: number | null; changedAtMs: number | null } = { weight: 5e8, changedAtMs: null };
        let now = 0;
        let changes = 0;
        const ask = (weight: number): number => {
          const decision = decideWeight(inForce, weight, now, policy);
          if (decision.kind === "change") {
            if (inForce.changedAtMs !== null) expect(now - inForce.changedAtMs).toBeGreaterThanOrEqual(10_000);
            inForce = { weight: decision.weight, changedAtMs: now };
            changes++;
          }
          return decision.kind === "later" ? decision.inMs : 0;
        };
        for (const [pause, tens] of steps) {
          now += pause;
          const inMs = ask(quantise(tens * 1e7));
          expect(inMs).toBeLessThanOrEqual(10_000);
        }
        expect(changes).toBeLessThanOrEqual(1 + now / 10_000);
        const last = quantise(steps.at(-1)![1] * 1e7);
        now += ask(last);
        ask(last);
        expect(Math.abs(inForce.weight! - last) / last).toBeLessThan(0.12);
      }),
    );
  });
});
