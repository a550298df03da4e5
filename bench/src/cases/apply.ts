// `announcer.apply()` to the UPDATE at the peer's socket: 200 announcements, bind and ledger included, and 200 withdrawals, one at a time.
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicMs, startAnnouncing, vip } from "../announcing.ts";
import { median } from "../harness.ts";

const rounds = 200;
/** Not measured: what the first ones compile and load. */
const warmUp = 20;

const { announcer, arrived, close } = await startAnnouncing();
const announced: number[] = [];
const withdrawn: number[] = [];

async function timed(
  into: number[],
  round: number,
  kind: "announced" | "withdrawn",
  change: () => void,
): Promise<void> {
  const arrival = arrived((seen) => seen[kind] > round);
  const startedAt = monotonicMs();
  change();
  const { at } = await arrival;
  if (round >= warmUp) into.push(at - startedAt);
  // Something else than the next change: the kernel's own news, the ledger.
  await sleep(5);
}

for (let round = 0; round < warmUp + rounds; round++) {
  const one = vip(`198.18.${round >> 8}.${round & 255}/32`);
  await timed(announced, round, "announced", () => announcer.apply({ set: [one] }));
  await timed(withdrawn, round, "withdrawn", () => announcer.apply({ remove: [one.prefix] }));
}
await close();

function p99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1]!;
}

console.log(
  JSON.stringify({
    "announce, bind included: median of 200": median(announced),
    "announce, bind included: 99th percentile": p99(announced),
    "withdraw: median of 200": median(withdrawn),
    "withdraw: 99th percentile": p99(withdrawn),
  }),
);
