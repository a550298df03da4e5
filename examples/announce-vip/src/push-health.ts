// A controller that knows itself how its service is: it pushes verdicts, and its silence counts as failure.
// node dist/push-health.js PEER PEER_ASN OWN_ASN OWN_ROUTER_ID LEDGER_FILE VIP, with a report per line on stdin
import { type Announcer, parseVips } from "@vipcast/announcer";
import { parseReport, verdictOf } from "./cluster-report.ts";
import { run } from "./run.ts";

/** Reports come every second; a verdict that three of them have not renewed counts no longer. */
const TTL_MS = 3000;

let vip = "";

/** `pushed: true` waits for the first verdict: the address is bound, and not announced on a guess. */
function begin(announcer: Announcer, [prefix = ""]: readonly string[]): void {
  const { vips, refusals } = parseVips([{ prefix, check: { pushed: true } }]);
  for (const { message } of refusals) throw new Error(message);
  vip = prefix;
  announcer.set(vips);
}

/** One line, one verdict. What makes no sense is no verdict, and the last one runs out. */
function obey(announcer: Announcer, line: string): readonly unknown[] {
  if (line === "explain") return [announcer.explain(vip)];
  const { health, cause } = verdictOf(parseReport(line));
  announcer.setHealth(vip, health, TTL_MS, cause);
  return [];
}

await run({ name: "push-health", more: ["VIP"], begin, obey });
