import { decide } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { bird } from "../src/daemons/bird.ts";
import { gobgp } from "../src/daemons/gobgp.ts";
import { missingPrograms } from "../src/daemons/peer-daemon.ts";
import { compareDecisions } from "../src/decision/compare.ts";
import { explainBird, explainGobgp } from "../src/decision/documented-rules.ts";
import { randomSets } from "../src/decision/route-sets.ts";

const missing = [bird, gobgp].flatMap(missingPrograms);

test.skipIf(missing.length > 0)(
  "the lab's router shares traffic as BIRD does, and the best path is that of BIRD and GoBGP, on thirty random route sets",
  { timeout: 120_000 },
  async () => {
    const comparisons = await compareDecisions(randomSets(2, 30), ["bird", "gobgp"]);
    expect(comparisons).toHaveLength(5);
    for (const { name, differences } of comparisons)
      expect(
        differences.filter(({ rule }) => rule === null),
        name,
      ).toEqual([]);
  },
);

describe("a documented rule", () => {
  const sets = randomSets(1, 200);

  test("explains nothing where the order of arrival does not matter", () => {
    const steady = sets.find(({ candidates }) => candidates.length === 1);
    expect(steady && explainBird(steady, "10.0.0.9")).toBeNull();
  });

  test("explains no next hop that GoBGP's own rules would not choose", () => {
    for (const set of sets) expect(explainGobgp(set, "10.0.0.9", {})).toBeNull();
  });

  test("is needed in few sets: hardly any choice depends on the order of arrival", () => {
    const answers = sets.map((set) => {
      const ours = decide(set.candidates, { maximumPaths: 32, asPathRelax: true });
      const text = ours.multipath.map(({ attributes }) => attributes.nextHop?.join(".") ?? "").sort();
      return explainBird(set, text.join(" "));
    });
    expect(answers.filter((rule) => rule !== null).length).toBeLessThan(sets.length / 4);
  });
});
