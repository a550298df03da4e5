/**
 * Reloads `vipcast run` under traffic: `--reloads N` (default 1,000), `--seed N` (default 1), `--json` for one object. Exit code 1 when a session was reset
 * that no plan named, an untouched one got more than KEEPALIVEs, a connection broke, or something leaked.
 */

import { bird } from "../daemons/bird.ts";
import { missingPrograms } from "../daemons/peer-daemon.ts";
import { runReloads } from "./run.ts";

function option(name: string, byDefault: number): number {
  const at = process.argv.indexOf(name);
  const value = at < 0 ? byDefault : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1 || value > 2 ** 32 - 1)
    throw new Error(`${name} takes a whole number from 1 to 4294967295`);
  return value;
}

const [reloads, seed] = [option("--reloads", 1000), option("--seed", 1)];
if (missingPrograms(bird).length > 0) throw new Error("bird is missing: npx pnpm@10 peers:install");
const result = await runReloads(reloads, seed);
const { violations, ...rest } = result;
if (process.argv.includes("--json")) console.log(JSON.stringify(result));
else console.log(rest);
for (const violation of violations.slice(0, 20)) console.error(violation);
process.exitCode = violations.length > 0 ? 1 : 0;
