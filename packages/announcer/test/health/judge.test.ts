import { describe, expect, it } from "vitest";
import type { CheckInput } from "../../src/health/check.ts";
import type { CheckerState } from "../../src/health/checker.ts";
import { newChecker } from "../../src/health/checker.ts";
import type { Verdict } from "../../src/health/health.ts";
import { judge, judgeVip, probesOf } from "../../src/health/judge.ts";
import { parseCheck } from "../../src/health/parse-check.ts";

/** A check named by host: `up`, `down` and `new` are what they say. */
function check(input: CheckInput): Parameters<typeof judge>[0] {
  const parsed = parseCheck(input);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.check;
}

const evidence = (pushed: Verdict | null = null): Parameters<typeof judge>[1] => ({
  pushed,
  stateOf: ({ probe, timing }): CheckerState => {
    const state = newChecker({ now: 0, random: 0 }, timing);
    const host = probe.kind === "tcp" ? probe.host : "";
    if (host === "new") return state;
    const ok = host === "up";
    const last = { ok, detail: ok ? "connected" : `no ${host}`, atMs: 0, tookMs: 0 };
    return { ...state, up: ok, successes: ok ? 2 : 0, failures: ok ? 0 : 3, last };
  },
});

const [up, down, fresh] = [{ tcp: "up:1" }, { tcp: "down:1" }, { tcp: "new:1" }];
const soft = { tcp: "down:1", onFailure: "degrade" } as const;

describe("judge", () => {
  it.each<[CheckInput, string]>([
    [up, "healthy"],
    [down, "unhealthy"],
    [fresh, "unknown"],
    [soft, "degraded"],
    [{ all: [up, up] }, "healthy"],
    [{ all: [up, down] }, "unhealthy"],
    [{ all: [up, soft] }, "degraded"],
    [{ all: [soft, down] }, "unhealthy"],
    [{ all: [up, fresh] }, "unknown"],
    [{ all: [soft, fresh] }, "unknown"],
    [{ all: [down, fresh] }, "unhealthy"],
    [{ any: [down, up] }, "healthy"],
    [{ any: [down, soft] }, "degraded"],
    [{ any: [down, fresh] }, "unknown"],
    [{ any: [down, down] }, "unhealthy"],
    [{ any: [down, down], onFailure: "degrade" }, "degraded"],
    [{ all: [up, { any: [down, up] }] }, "healthy"],
    [{ pushed: true }, "unknown"],
  ])("%j is %s", (input, health) => {
    expect(judge(check(input), evidence()).health).toBe(health);
  });

  it("says why, nearest cause first, with the count of failures", () => {
    expect(judge(check(down), evidence()).causes).toEqual([
      "the check tcp://down:1 fails",
      "no down, 3rd failure in a row",
    ]);
    expect(judge(check({ all: [up, down] }), evidence()).causes).toEqual([
      "the check tcp://down:1 fails",
      "no down, 3rd failure in a row",
    ]);
    expect(judge(check({ any: [down, down] }), evidence()).causes[0]).toBe("none of 2 checks is healthy");
  });
});

describe("judgeVip", () => {
  const pushed = (health: Verdict["health"]): Verdict => ({ health, causes: ["they say"] });

  it("is what was pushed where there is no check, and nothing where nobody pushed", () => {
    expect(judgeVip(null, evidence())).toBeNull();
    expect(judgeVip(null, evidence(pushed("degraded")))?.health).toBe("degraded");
  });

  it("is the worse of check and push when the check does not ask for one, and else what the check makes of it", () => {
    expect(judgeVip(check(up), evidence(pushed("unhealthy")))?.causes).toEqual(["they say"]);
    expect(judgeVip(check(down), evidence(pushed("healthy")))?.health).toBe("unhealthy");
    expect(judgeVip(check({ any: [down, { pushed: true }] }), evidence(pushed("healthy")))?.health).toBe("healthy");
    expect(judgeVip(check({ pushed: true }), evidence(pushed("unhealthy")))?.health).toBe("unhealthy");
  });
});

describe("probesOf", () => {
  it("finds every single check", () => {
    expect(probesOf(check({ all: [up, { any: [down, { pushed: true }] }] })).map(({ name }) => name)).toEqual([
      "tcp://up:1",
      "tcp://down:1",
    ]);
    expect(probesOf(null)).toEqual([]);
  });
});
