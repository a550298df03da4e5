import { describe, expect, it } from "vitest";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import type { Step } from "../../src/plan/step.ts";
import { defaultPolicy } from "../../src/policy.ts";
import { vip } from "../fakes/world.ts";

function failing(step: Step["kind"], retryAtMs: number): VipEntry {
  const entry = new VipEntry(vip("192.0.2.10"), "serve");
  entry.failure = { step, code: "EPERM", message: "no", attempt: 1, retryAtMs };
  return entry;
}

describe("what holds a VIP back", () => {
  it.each<[Step["kind"], string]>([
    ["record", "backoff"],
    ["bind", "backoff"],
    ["restore", "backoff"],
    ["announce", "not-taken"],
    ["drain", "not-taken"],
    ["unbind", "paused"],
    ["forget", "paused"],
  ])("a failed %s is %s until its retry is due", (step, hold) => {
    expect(failing(step, 100).hold(99)).toBe(hold);
    expect(failing(step, 100).hold(100)).toBe("none");
  });

  it("a hold-down does not hide a retry that waits", () => {
    const entry = failing("forget", 1_000_000);
    for (let removal = 0; removal < 5; removal++) entry.damping.note(removal, defaultPolicy.damping, 5);
    expect([entry.isDamped(10), entry.hold(10)]).toEqual([true, "paused"]);
    expect(entry.isDamped(10 + defaultPolicy.damping.holdDownMs)).toBe(false);
  });
});

it("clears a failure without touching the hold-down, and retires with no timer left", () => {
  const cancelled: string[] = [];
  const entry = failing("bind", 100);
  entry.cancelRetry = () => void cancelled.push("retry");
  entry.cancelHoldDown = () => void cancelled.push("hold-down");
  entry.clearFailure();
  expect([entry.failure, cancelled]).toEqual([null, ["retry"]]);
  entry.retire();
  entry.retire();
  expect(cancelled).toEqual(["retry", "hold-down"]);
});
