import { describe, expect, it } from "vitest";
import { completePolicy, defaultPolicy, type Policy } from "../src/policy.ts";

describe("completePolicy", () => {
  it("fills what is absent", () => {
    expect(completePolicy({ drainMs: 7 })).toEqual({ ...defaultPolicy, drainMs: 7 });
  });

  it.each<[Partial<Policy>, string]>([
    [{ drainMs: -1 }, "policy.drainMs is -1: write a number of at least 0"],
    [{ withdrawWaitMs: Number.NaN }, "policy.withdrawWaitMs is NaN"],
    [{ resyncMs: 1 }, "policy.resyncMs is 1: write a number of at least 100"],
    [{ retryMs: 50, maxRetryMs: 20 }, "policy.maxRetryMs is 20: write a number of at least 50"],
    [{ stopTimeoutMs: -5 }, "policy.stopTimeoutMs is -5"],
    [
      { damping: { ...defaultPolicy.damping, removals: 1 } },
      "policy.damping.removals is 1: write a number of at least 2",
    ],
    [{ damping: { ...defaultPolicy.damping, maxHoldDownMs: 1 } }, "policy.damping.maxHoldDownMs is 1"],
  ])("refuses %j", (partial, message) => {
    expect(() => completePolicy(partial)).toThrow(message);
  });
});
