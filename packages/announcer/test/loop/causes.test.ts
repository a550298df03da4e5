import { describe, expect, it } from "vitest";
import { announceCauses, drainCause, isUrgent, withdrawCauses } from "../../src/loop/causes.ts";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import { vip } from "../fakes/world.ts";

function entry(more: Partial<VipEntry> = {}): VipEntry {
  return Object.assign(new VipEntry(vip("192.0.2.1"), "serve"), more);
}

describe("causes", () => {
  it("hurry where packets may be lost, and nowhere else", () => {
    expect((["unhealthy", "refused", "address-lost", "damped"] as const).every(isUrgent)).toBe(true);
    expect((["removed", "stopping", "drained"] as const).some(isUrgent)).toBe(false);
  });

  it("of a withdrawal are a chain, nearest first", () => {
    const causes = ["the check tcp://127.0.0.1:1 fails", "connect ECONNREFUSED, 3rd failure in a row"];
    expect(withdrawCauses(entry({ verdict: { health: "unhealthy", causes } }), "unhealthy")).toEqual([
      "192.0.2.1/32 is not healthy",
      ...causes,
    ]);
    const failure = { step: "restore", code: "EPERM", message: "not today", attempt: 1, retryAtMs: 0 } as const;
    expect(withdrawCauses(entry({ failure }), "address-lost")).toEqual([
      "192.0.2.1/32 is not on lo and could not be put back in time",
      "restore failed: not today",
    ]);
  });

  it("of a withdrawal name what still arrives, and leave it out where nobody looked", () => {
    const traffic = { idleMs: (): number | null => 1234.5, close: (): void => {} };
    expect(withdrawCauses(entry({ traffic }), "removed")[1]).toBe("no packet for it has arrived for 1235 ms");
    expect(withdrawCauses(entry({ traffic: { ...traffic, idleMs: () => null } }), "removed")).toHaveLength(1);
  });

  it("of a drain name who asked: somebody, for the VIP or the node, or a file", () => {
    expect(drainCause(entry({ goal: "drain" }), true)).toBe("a drain of the whole node was asked for");
    const maintenance = { path: "/run/maintenance", present: true, stop: (): void => {} };
    expect(drainCause(entry({ maintenance }))).toBe("the maintenance file /run/maintenance is there");
    expect(drainCause(entry({ goal: "drain", maintenance }))).toBe("a drain was asked for");
  });

  it("of an announcement say with what preference and where it stands", () => {
    expect(announceCauses(undefined, 0)).toEqual(["bound on this host"]);
    expect(announceCauses(entry(), 0)).toEqual(["bound on lo"]);
    const second = new VipEntry(vip("192.0.2.1", { ecmp: { preference: 5 } }), "serve");
    expect(announceCauses(second, 0)).toEqual(["with preference 5 of 10", "bound on lo"]);
    const outside = new VipEntry(vip("192.0.2.1", { bind: false, assumeBound: true }), "serve");
    expect(announceCauses(outside, 0)).toEqual(["its address is left to others"]);
  });
});
