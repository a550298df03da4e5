import { describe, expect, it } from "vitest";
import { type KilledState, killCycles, killMoments, progressOf } from "../../src/scenario/kill-cycles.ts";
import { SeededRandom } from "../../src/scenario/random.ts";

const pool = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}/32`);
const take = (seed: number, count: number) => {
  const cycles = killCycles(new SeededRandom(seed), pool);
  return Array.from({ length: count }, () => cycles.next().value);
};

describe("killCycles", () => {
  it("gives the same kills for the same seed, and others for another", () => {
    expect(take(1, 30)).toEqual(take(1, 30));
    expect(take(1, 30)).not.toEqual(take(2, 30));
  });

  it("comes to every moment once before it comes to any again", () => {
    for (const seed of [1, 2, 3]) {
      const moments = take(seed, 3 * killMoments.length).map(({ moment }) => moment);
      for (let round = 0; round < 3; round++) {
        const some = moments.slice(round * killMoments.length, (round + 1) * killMoments.length);
        expect(new Set(some)).toEqual(new Set(killMoments));
      }
    }
  });

  it("lets VIPs stay, go and come at the start after a kill, and nothing be removed but of the intent, before it is restored", () => {
    const cycles = take(4, 200);
    const kinds = cycles.map(({ intent, next }) => ({
      stay: next.some((vip) => intent.includes(vip)),
      go: intent.some((vip) => !next.includes(vip)),
      come: next.some((vip) => !intent.includes(vip)),
    }));
    expect(kinds.filter(({ stay, go, come }) => stay && go && come).length).toBeGreaterThan(100);
    expect(kinds.filter(({ go, come }) => !go && !come).length).toBeGreaterThan(20);
    for (const { moment, intent, next, share, removed } of cycles) {
      expect(intent.length * next.length).toBeGreaterThan(0);
      expect(share >= 0 && share < 1).toBe(true);
      expect(removed.length > 0).toBe(moment === "restoring");
      expect(removed.every((vip) => intent.includes(vip))).toBe(true);
    }
  });
});

describe("progressOf", () => {
  const intent = ["a", "b"];
  const state = (
    [recorded, bound, announced, withdrawn]: readonly [string, string, string, string],
    stopping: boolean,
  ): KilledState => ({
    intent,
    recorded: new Set(recorded),
    bound: new Set(bound),
    announced: new Set(announced),
    withdrawn: new Set(withdrawn),
    stopping,
  });

  it.each([
    ["", "", "", "", "nothing"],
    ["ab", "", "", "", "recorded"],
    ["ab", "a", "", "", "binding"],
    ["", "ab", "", "", "bound"],
    ["ab", "ab", "b", "", "announcing"],
    ["ab", "ab", "ab", "", "announced"],
    // Somebody has removed one that was announced.
    ["ab", "a", "ab", "", "binding"],
  ] as const)(
    "says of a life with ledger %j, kernel %j, announced %j: %s%s",
    (...[recorded, bound, announced, withdrawn, progress]) => {
      expect(progressOf(state([recorded, bound, announced, withdrawn], false))).toBe(progress);
    },
  );

  it.each([
    ["ab", "ab", "ab", "", "announced"],
    ["ab", "ab", "b", "a", "withdrawing"],
    ["ab", "ab", "", "ab", "withdrawn"],
    ["ab", "b", "", "ab", "unbinding"],
    ["a", "", "", "ab", "unbound"],
    ["", "", "", "ab", "gone"],
  ] as const)(
    "says of a stop with ledger %j, kernel %j, announced %j, withdrawn %j: %s",
    (...[recorded, bound, announced, withdrawn, progress]) => {
      expect(progressOf(state([recorded, bound, announced, withdrawn], true))).toBe(progress);
    },
  );
});
