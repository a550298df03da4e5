import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Cell } from "../src/cell/cell.ts";
import { type PlannedCell, planCells, tierFromEnvironment, titleOf } from "../src/cell/plan.ts";
import { type CellResult, finishCell, openCell, runCell } from "../src/cell/run-cell.ts";

// A cell waits most of its time, for a daemon's timers and the kernel; some may do so beside each other.
vi.setConfig({ maxConcurrency: 3 });

const tier = tierFromEnvironment();
const only = process.env["VIPCAST_CELLS"];
const cells = planCells(tier).filter((cell) => only === undefined || titleOf(cell).includes(only));

function check(result: CellResult): void {
  expect(result.state, `${result.reason}\n${result.evidence}`).toBe("pass");
}

// What a peer lacks is no test of vipcast; it is in docs/interop.md.
const able = cells.filter(({ absent, lack, variant }) => absent === null && lack === null && variant !== null);

const quick = able.filter(({ variant }) => variant?.prepare === undefined);
const sideBySide = quick.filter(({ subject }) => subject.alone !== true);
const alone = quick.filter(({ subject }) => subject.alone === true);
const slow = able.filter(({ variant }) => variant?.prepare !== undefined);
const absent = cells.filter((cell) => cell.absent !== null);

async function run({ driver, variant }: PlannedCell): Promise<void> {
  if (variant !== null) check(await runCell(driver, variant));
}

describe.skipIf(sideBySide.length === 0)("vipcast and a real daemon, side by side", () => {
  for (const cell of sideBySide) test.concurrent(titleOf(cell), () => run(cell));
});

describe.skipIf(alone.length === 0)("vipcast and a real daemon, one at a time", () => {
  for (const cell of alone) test(titleOf(cell), () => run(cell));
});

// Daemons that wait on their own before there is anything to see do so in a hook, beside each other.
describe.skipIf(slow.length === 0)("vipcast and a real daemon that takes its time", () => {
  const opened = new Map<PlannedCell, Cell>();
  beforeAll(async () => {
    for (let next = 0; next < slow.length; next += 5)
      await Promise.all(
        slow.slice(next, next + 5).map(async (cell) => {
          if (cell.variant !== null) opened.set(cell, await openCell(cell.driver, cell.variant));
        }),
      );
  });
  for (const cell of slow) {
    test(titleOf(cell), async () => {
      const open = opened.get(cell);
      if (open === undefined || cell.variant === null) throw new Error("the cell was not opened");
      check(await finishCell(open, cell.variant));
    });
  }
});

describe.skipIf(absent.length === 0)("daemons that are not there", () => {
  for (const cell of absent) test.skip(`${titleOf(cell)} (${cell.absent})`, () => undefined);
});
