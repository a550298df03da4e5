import fc from "fast-check";
import { expect, test } from "vitest";
import type { CloseResult } from "../../src/index.ts";
import { type Act, acts, PLACES, PREFIXES } from "./acts.ts";
import { History } from "./history.ts";

// The real loop over fake ports, with histories that no one would think of: rivals, failures, delays, ports that answer nothing, lost
// news, and kills at every border the process crosses. The promises are checked after each step of time and at every call of a port;
// at the end, with the weather calm, everything has to be as wanted, and stay so.

/** How many; CI tries 5,000 and `npx pnpm@10 prove` 50,000. */
const histories = Number(process.env.VIPCAST_HISTORIES ?? 150);
const seed = Number(process.env.VIPCAST_SEED ?? Math.floor(Math.random() * 2 ** 31));

async function live(acts: readonly Act[], chance: number): Promise<void> {
  const history = new History(chance);
  const { world, promises } = history;
  history.begin();
  for (const one of acts) {
    await history.do(one);
    if (promises.broken.length > 0) break;
  }
  expect(promises.broken).toEqual([]);
  await history.settle();
  expect(promises.broken).toEqual([]);
  expect(history.differences()).toEqual([]);

  const sent = world.routes.log.length + world.host.log.length;
  await world.clock.advance(100_000);
  expect(world.routes.log.length + world.host.log.length, "something is done although nothing has changed").toBe(sent);

  history.closing = true;
  const ends: CloseResult[] = [];
  void world.announcer.close().then((result) => ends.push(result));
  await world.clock.advance(60_000);
  expect(ends).toEqual([{ complete: true, left: [] }]);
  expect(promises.broken).toEqual([]);
  for (const prefix of PREFIXES) {
    expect(world.routes.announced(prefix)).toBe(false);
    for (const name of PLACES) expect(world.host.isOurs(prefix, name)).toBe(false);
  }
  expect(world.ledger.entries.size).toBe(0);
  expect(world.clock.pending).toBe(0);
}

test(`the loop keeps promises 1 to 7 at every step of a random history, and converges (${histories} histories, seed ${seed})`, {
  timeout: Math.max(20_000, histories * 60),
}, async ({ task }) => {
  Object.assign(task.meta, { histories, seed });
  const property = fc.asyncProperty(acts(), fc.nat(), live);
  await fc.assert(property, { numRuns: histories, seed });
});
