import { describe, expect, it } from "vitest";
import { planVip } from "../../src/plan/plan-vip.ts";
import type { Announced, Step, Wanted } from "../../src/plan/step.ts";
import { bindingOf, type VipView } from "../../src/plan/view.ts";
import { defaultPolicy } from "../../src/policy.ts";
import { vip } from "../fakes/world.ts";

const V = vip("192.0.2.1", { drainMs: 1000 });
const route: Announced = { mode: "normal", weight: null, signature: "", sinceMs: 0, draining: false };

function wanted(more: Partial<Wanted> = {}): Wanted {
  return {
    vip: V,
    goal: "serve",
    health: "healthy",
    refusal: null,
    hold: "none",
    damped: false,
    drainMs: 1000,
    quietInMs: null,
    standbyMs: 0,
    weight: null,
    ...more,
  };
}

function view(more: Partial<VipView> = {}): VipView {
  const ours = more.place === undefined || more.place === "ours";
  return {
    announced: null,
    withdrawnAtMs: null,
    lostAtMs: null,
    nowMs: 5000,
    owned: ours ? [bindingOf(V)] : [],
    recorded: ours ? ["lo"] : [],
    place: "ours",
    linkUp: true,
    ledger: "behind",
    ...more,
  };
}

const words = (steps: readonly Step[]): string[] =>
  steps.map((step) => (step.kind === "wait" ? `wait ${step.ms} ${step.until}` : step.kind));
const plan = (want: Partial<Wanted>, seen: Partial<VipView>): string[] =>
  words(planVip(wanted(want), view(seen), defaultPolicy));

describe("taking a VIP away", () => {
  it("drains, withdraws, waits, unbinds and forgets, and the rest of that comes out again after each step", () => {
    const all = ["drain", "wait 1000 drained", "withdraw", "wait 500 routers-know", "unbind", "forget"];
    const goal = { goal: "remove" } as const;
    expect(plan(goal, { announced: route })).toEqual(all);
    const draining = { ...route, draining: true, sinceMs: 4600 };
    expect(plan(goal, { announced: draining })).toEqual(["wait 600 drained", ...all.slice(2)]);
    expect(plan(goal, { announced: { ...draining, sinceMs: 4000 } })).toEqual(all.slice(2));
    expect(plan(goal, { withdrawnAtMs: 4800 })).toEqual(["wait 300 routers-know", "unbind", "forget"]);
    expect(plan(goal, { withdrawnAtMs: 4500 })).toEqual(["unbind", "forget"]);
    expect(plan(goal, { place: "empty", recorded: ["lo"] })).toEqual(["forget"]);
    expect(plan(goal, { place: "empty" })).toEqual([]);
  });

  it("ends a drain as soon as nothing arrives any more, and not later than its time", () => {
    const announced = { ...route, draining: true, sinceMs: 4600 };
    expect(plan({ goal: "drain", quietInMs: 200 }, { announced })[0]).toBe("wait 200 drained");
    expect(plan({ goal: "drain", quietInMs: 0 }, { announced })[0]).toBe("withdraw");
    expect(plan({ goal: "drain", quietInMs: 5000 }, { announced })[0]).toBe("wait 600 drained");
  });

  it("never touches what somebody else has bound, whatever the ledger says of it", () => {
    expect(plan({ goal: "remove" }, { place: "foreign", recorded: ["lo"] })).toEqual(["forget"]);
    expect(plan({}, { place: "foreign", recorded: ["lo"] })).toEqual(["forget"]);
  });
});

describe("an address that is missing", () => {
  it("is put back while its route stays, within what is left of the window", () => {
    const lost = { announced: route, place: "empty" } as const;
    expect(plan({}, { ...lost, lostAtMs: 4995 })[0]).toBe("restore");
    expect(plan({}, { ...lost, lostAtMs: 4990 })).toEqual(["withdraw", "bind", "announce", "record"]);
    expect(plan({}, { ...lost, lostAtMs: 4995, linkUp: false })).toEqual(["wait 5 address-back", "withdraw"]);
    expect(plan({ hold: "backoff" }, { ...lost, lostAtMs: 4995 })).toEqual(["withdraw"]);
    expect(plan({ damped: true }, { ...lost, lostAtMs: 4995 })).toEqual(["withdraw"]);
  });

  it("is recorded before it is put back where the ledger alone tells what is ours", () => {
    expect(plan({}, { announced: route, place: "empty", lostAtMs: 4995, ledger: "first" }).slice(0, 2)).toEqual([
      "record",
      "restore",
    ]);
  });
});

describe("another place", () => {
  const elsewhere = bindingOf(V, "veth0");

  it("is given up only when the right one answers, or routers had their time", () => {
    const owned = [bindingOf(V), elsewhere];
    expect(plan({}, { owned, recorded: ["lo", "veth0"] })).toEqual(["announce", "unbind", "forget"]);
    const moved = { place: "empty", owned: [elsewhere], recorded: ["veth0"], linkUp: false } as const;
    expect(plan({}, { ...moved, announced: route, lostAtMs: 4000 })).toEqual([
      "withdraw",
      "wait 500 routers-know",
      "unbind",
      "forget",
    ]);
  });
});
