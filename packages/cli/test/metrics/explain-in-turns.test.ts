import type { Explanation } from "@vipcast/announcer";
import { expect, test } from "vitest";
import { explainInTurns } from "../../src/metrics/explain-in-turns.ts";

test("lets others have their turn between many VIPs, and leaves out one that is gone", async () => {
  const prefixes = Array.from({ length: 40 }, (_, index) => `192.0.2.${index}/32`);
  let turns = 0;
  let running = true;
  const others = (): void => {
    turns++;
    if (running) setImmediate(others);
  };
  setImmediate(others);
  const found = await explainInTurns({
    prefixes: () => prefixes,
    explain: (vip) => {
      const until = performance.now() + 1;
      while (performance.now() < until);
      return { vip, state: vip === "192.0.2.7/32" ? "unknown" : "announced" } as Explanation;
    },
  });
  running = false;
  expect(found.map(({ vip }) => vip)).toEqual(prefixes.filter((vip) => vip !== "192.0.2.7/32"));
  expect(turns).toBeGreaterThan(3);
});
