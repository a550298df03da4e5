import { expect } from "vitest";
import type { CloseResult } from "../../src/index.ts";
import { type Act, PLACES, PREFIXES } from "./acts.ts";
import { differences } from "./convergence.ts";
import { History } from "./history.ts";

/** Lives through one history, to the end of a process in calm weather, and expects every promise to be kept on the way. */
export async function live(acts: readonly Act[], chance: number): Promise<void> {
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
  expect(differences(history)).toEqual([]);

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
