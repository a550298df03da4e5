import { expect, test } from "vitest";
import type { Clock } from "../src/options.ts";
import { type SlicedWork, WorkTurns } from "../src/work-turns.ts";

/** Each slice of this work takes three milliseconds, by a clock that nothing else turns. */
class Work implements SlicedWork {
  static nowMs = 0;
  left: number;

  constructor(slices: number) {
    this.left = slices;
  }

  slice(): boolean {
    Work.nowMs += 3;
    this.left--;
    return this.left <= 0;
  }
}

const clock: Clock = {
  now: () => Work.nowMs,
  date: () => new Date(Work.nowMs),
  timer: () => () => undefined,
};

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("what fits into a turn is done at once", () => {
  const turns = new WorkTurns(clock);
  const works = [new Work(1), new Work(1)];
  for (const work of works) turns.begin(work);
  expect(works.map(({ left }) => left)).toEqual([0, 0]);
});

test("a hundred that begin together share the turns, and each has its share", async () => {
  const turns = new WorkTurns(clock);
  const works = Array.from({ length: 100 }, () => new Work(2));
  const beganAt = Work.nowMs;
  for (const work of works) turns.begin(work);
  // A slice is begun while less than 10 ms have passed.
  expect(Work.nowMs - beganAt).toBe(12);
  const tookMs: number[] = [];
  for (let before = Work.nowMs; works.some(({ left }) => left > 0); before = Work.nowMs) {
    await turn();
    tookMs.push(Work.nowMs - before);
  }
  expect(new Set(tookMs)).toEqual(new Set([12]));
  expect(tookMs.length).toBe(49);
  // In their order, so that nobody waits for another's last slice.
  expect(works.every(({ left }) => left === 0)).toBe(true);
});

test("a turn begins with all of its time, also when nothing waited at the end of the last one", async () => {
  const turns = new WorkTurns(clock);
  for (let round = 0; round < 3; round++) {
    const work = new Work(4);
    turns.begin(work);
    await turn();
    expect(work.left).toBe(0);
    await turn();
  }
});

test("what begins again while it waits is done once", async () => {
  const turns = new WorkTurns(clock);
  const [first, second] = [new Work(4), new Work(1)];
  turns.begin(first);
  for (let other = 0; other < 4; other++) turns.begin(new Work(1));
  turns.begin(second);
  turns.begin(second);
  for (let count = 0; count < 4; count++) await turn();
  expect([first.left, second.left]).toEqual([0, 0]);
});

test("there is room for so much that is brief in a turn, and anew in the next one", async () => {
  const turns = new WorkTurns(clock);
  for (let round = 0; round < 3; round++) {
    expect(Array.from({ length: 64 }, () => turns.takesBrief())).toEqual(Array(64).fill(true));
    expect([turns.takesBrief(), turns.takesBrief()]).toEqual([false, false]);
    await turn();
  }
});

test("few brief things take no turn of their own", async () => {
  const turns = new WorkTurns(clock);
  for (let count = 0; count < 63; count++) turns.takesBrief();
  const handles = process.getActiveResourcesInfo().filter((kind) => kind === "Immediate");
  expect(handles).toEqual([]);
});
