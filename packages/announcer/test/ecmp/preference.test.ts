import { describe, expect, it } from "vitest";
import { attributesFor } from "../../src/ecmp/attributes.ts";
import { BEST_PREFERENCE, STANDBY_PREFERENCE, stepsBelowBest } from "../../src/ecmp/preference.ts";
import { vip } from "../fakes/world.ts";

describe("preference", () => {
  it("makes each step worse by every measure that a router may go by, and a drain worse than the lowest", () => {
    for (let preference = STANDBY_PREFERENCE; preference < BEST_PREFERENCE; preference++) {
      const [worse, better] = [preference, preference + 1].map((ecmp) =>
        vip("192.0.2.1", { ecmp: { preference: ecmp } }),
      );
      const [low, high] = [worse!, better!].map((one) => attributesFor(one, { internal: false }));
      expect(low!.prepend ?? 0).toBeGreaterThan(high!.prepend ?? 0);
      expect(low!.med ?? 0).toBeGreaterThan(high!.med ?? 0);
      const [lowInside, highInside] = [worse!, better!].map((one) => attributesFor(one, { internal: true }));
      expect(lowInside!.localPref).toBeLessThan(highInside!.localPref!);
    }
    const standby = vip("192.0.2.1", { ecmp: { role: "standby" }, prepend: 6 });
    const worst = { mode: "worst", weight: null } as const;
    const [lowest, drain] = [
      attributesFor(standby, { internal: false }),
      attributesFor(vip("192.0.2.1"), { internal: false }, worst),
    ];
    expect(drain.med!).toBeGreaterThan(lowest.med!);
    expect(stepsBelowBest(STANDBY_PREFERENCE)).toBe(10);
  });
});
