/**
 * Compares decisions on random route sets: `--sets N` (default 1,000; nearly a third more are tried, because some are not the same for every router), `--seed N` (default 1). One line for each comparison, or with `--json`
 * all as one object. Exit code 1 when answers differ that no documented rule explains, or a router is missing.
 */
import { missingPrograms } from "../daemons/peer-daemon.ts";
import { daemons } from "../daemons/table.ts";
import { compareDecisions } from "./compare.ts";
import { randomSets } from "./route-sets.ts";

function option(name: string, byDefault: number): number {
  const at = process.argv.indexOf(name);
  const value = at < 0 ? byDefault : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1 || value > 60_000)
    throw new Error(`${name} takes a whole number from 1 to 60000`);
  return value;
}

const [count, seed] = [option("--sets", 1000), option("--seed", 1)];
const wanted = ["bird", "gobgp"] as const;
const there = wanted.filter((name) => {
  const driver = daemons.find((other) => other.name === name);
  return driver !== undefined && missingPrograms(driver).length === 0;
});
// Some more, so that there are as many whose choice does not depend on the order of arrival in any router.
const comparisons = await compareDecisions(randomSets(seed, Math.ceil(count * 1.3)), there);
const unexplained = comparisons.flatMap(({ differences }) => differences.filter(({ rule }) => rule === null));
const summary = comparisons.map(({ name, sets, equal, differences }) => {
  const rules: Record<string, number> = {};
  for (const { rule } of differences) rules[rule ?? "unexplained"] = (rules[rule ?? "unexplained"] ?? 0) + 1;
  return { name, sets, equal, rules };
});
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ seed, missing: wanted.filter((name) => !there.includes(name)), comparisons: summary }));
} else {
  for (const { name, sets, equal, rules } of summary) {
    console.log(`${name}: ${equal} of ${sets} equal`);
    for (const [rule, times] of Object.entries(rules)) console.log(`  ${times} × ${rule}`);
  }
}
for (const { prefix, ours, theirs } of unexplained.slice(0, 20)) console.error(`${prefix}: ${ours}, theirs ${theirs}`);
process.exitCode = unexplained.length > 0 || there.length < wanted.length ? 1 : 0;
