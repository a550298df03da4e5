import { expect, test } from "vitest";
import { Family } from "../../src/iana/afi-safi.ts";
import type { Entry } from "../../src/rib/adj-rib-out-entry.ts";
import { rest, WaitingPaths, Waits } from "../../src/rib/waiting-paths.ts";

type Path = Entry<never>;

function path(n: number): Path {
  const prefix = { family: Family.Ipv4Unicast, lengthBits: 32, bytes: Uint8Array.of(10, 0, n >> 8, n), pathId: -1 };
  return {
    key: n,
    prefix,
    desired: null,
    sent: null,
    generation: 0,
    waits: Waits.Nothing,
    lines: 0,
    destination: null,
  };
}

function drain(take: () => Path | null): unknown[] {
  const keys: unknown[] = [];
  for (let one = take(); one !== null; one = take()) keys.push(one.key);
  return keys;
}

/** As a turn with room for one takes it. */
function takeAnnouncement(waiting: WaitingPaths<never>): Path | null {
  const first = waiting.firstAnnouncement();
  if (first === null) return null;
  expect(waiting.takeAnnouncements(first.desired, 1)).toEqual([first]);
  return first;
}

test("each comes once and in the order in which it began to wait, for what it waits for last", () => {
  const waiting = new WaitingPaths<never>();
  const paths = Array.from({ length: 6 }, (_, n) => path(n));
  for (const one of paths) waiting.set(one, Waits.Announcement);
  waiting.set(paths[1]!, Waits.Withdrawal);
  waiting.set(paths[2]!, Waits.Nothing);
  waiting.set(paths[4]!, Waits.Withdrawal);
  waiting.set(paths[4]!, Waits.Announcement);
  expect([waiting.size, waiting.withdrawals]).toEqual([5, 1]);
  expect(drain(() => waiting.takeWithdrawal())).toEqual([1]);
  expect(drain(() => takeAnnouncement(waiting))).toEqual([0, 3, 4, 5]);
  expect([waiting.size, waiting.withdrawals]).toEqual([0, 0]);
  expect(paths.map(({ waits, lines }) => waits + lines)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("behaves as two sets do, whatever is asked of it", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const waiting = new WaitingPaths<never>();
  const announce = new Set<Path>();
  const withdraw = new Set<Path>();
  const paths = Array.from({ length: 3000 }, (_, n) => path(n));
  for (let step = 0; step < 30_000; step++) {
    const one = paths[random(paths.length)]!;
    const action = random(8);
    announce.delete(one);
    withdraw.delete(one);
    if (action < 3) announce.add(one);
    else if (action < 5) withdraw.add(one);
    waiting.set(one, action < 3 ? Waits.Announcement : action < 5 ? Waits.Withdrawal : Waits.Nothing);
    if (action === 7) {
      const taken = takeAnnouncement(waiting);
      const expected = taken === null ? announce.size === 0 : announce.delete(taken);
      if (!expected) expect.fail(`at step ${step} ${taken?.key} was taken`);
    }
    if (step % 10_000 === 9999) {
      // The next session: all of them wait to be announced.
      waiting.end();
      withdraw.clear();
      for (const each of paths) {
        rest(each);
        announce.add(each);
      }
      waiting.begin([...paths]);
    }
    const same = waiting.size === announce.size + withdraw.size && waiting.withdrawals === withdraw.size;
    if (!same) expect.fail(`after step ${step} ${waiting.size} wait, ${waiting.withdrawals} of them to be withdrawn`);
  }
  for (const one of paths.slice(0, 100)) waiting.set(one, Waits.Withdrawal);
  expect(new Set(drain(() => waiting.takeWithdrawal()))).toEqual(
    new Set([...withdraw, ...paths.slice(0, 100)].map(({ key }) => key)),
  );
});

test("a run is of one group, holds no more than was asked for, and what waits no longer is not in it", () => {
  const waiting = new WaitingPaths<never>();
  const paths = Array.from({ length: 6 }, (_, n) => path(n));
  const group = { family: Family.Ipv4Unicast, attributes: null as never, size: 2, exported: null, refused: null };
  for (const one of paths) rest(one);
  for (const one of paths.slice(4)) one.desired = group;
  waiting.begin([...paths]);
  expect(waiting.size).toBe(6);
  waiting.set(paths[1]!, Waits.Nothing);
  const keys = (found: readonly Path[]): unknown[] => found.map(({ key }) => key);
  expect(keys(waiting.takeAnnouncements(null, 2))).toEqual([0, 2]);
  expect(keys(waiting.takeAnnouncements(null, 9))).toEqual([3]);
  expect(waiting.firstAnnouncement()).toBe(paths[4]);
  expect(keys(waiting.takeAnnouncements(group, 9))).toEqual([4, 5]);
  expect([waiting.size, waiting.firstAnnouncement()]).toEqual([0, null]);
  expect(paths.map(({ waits, lines }) => waits + lines)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a session that ends leaves nothing waiting", () => {
  const waiting = new WaitingPaths<never>();
  const one = path(1);
  waiting.set(one, Waits.Withdrawal);
  waiting.end();
  expect([waiting.size, waiting.withdrawals, waiting.takeWithdrawal(), waiting.firstAnnouncement()]).toEqual([
    0,
    0,
    null,
    null,
  ]);
});

test("paths that come and go without being taken leave nothing behind", () => {
  const waiting = new WaitingPaths<never>();
  const paths = Array.from({ length: 5000 }, (_, n) => path(n));
  for (const one of paths) {
    waiting.set(one, Waits.Announcement);
    waiting.set(one, Waits.Nothing);
  }
  expect(paths.filter(({ lines }) => lines !== 0).length).toBeLessThan(2000);
});
