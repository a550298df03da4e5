import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Cell } from "../src/cell/cell.ts";
import { type PlannedCell, planCells, tierFromEnvironment } from "../src/cell/plan.ts";
import { type CellResult, finishCell, openCell, runCell } from "../src/cell/run-cell.ts";

// A cell waits most of its time, for a daemon's timers and the kernel; some may do so beside each other.
vi.setConfig({ maxConcurrency: 3 });

const tier = tierFromEnvironment();
const only = process.env["VIPCAST_CELLS"];
const cells = planCells(tier).filter((cell) => only === undefined || title(cell).includes(only));

function title({ subject, driver, variant }: PlannedCell): string {
  const name = variant === null || subject.variants.length === 1 ? "" : `, ${variant.name}`;
  return `${subject.id} on ${driver.title}${name}`;
}

/** Why a cell is not run, in words. */
function obstacle({ absent, lack }: PlannedCell): string | null {
  return absent ?? (lack === null ? null : `the peer lacks it: ${lack}`);
}

function check(result: CellResult): void {
  expect(result.state, `${result.reason}\n${result.evidence}`).toBe("pass");
}

const able = cells.filter((cell) => obstacle(cell) === null && cell.variant !== null);

describe("vipcast and a real daemon, side by side", () => {
  for (const { driver, variant, subject, ...cell } of able) {
    if (variant === null || variant.prepare !== undefined || subject.alone === true) continue;
    test.concurrent(title({ driver, variant, subject, ...cell }), async () => check(await runCell(driver, variant)));
  }
});

describe("vipcast and a real daemon, one at a time", () => {
  for (const { driver, variant, subject, ...cell } of able) {
    if (variant === null || variant.prepare !== undefined || subject.alone !== true) continue;
    test(title({ driver, variant, subject, ...cell }), async () => check(await runCell(driver, variant)));
  }
});

// Daemons that wait on their own before there is anything to see do so in a hook, all of them at once.
describe("vipcast and a real daemon that takes its time", () => {
  const slow = able.filter(({ variant }) => variant?.prepare !== undefined);
  const opened = new Map<PlannedCell, Cell>();
  beforeAll(async () => {
    for (let next = 0; next < slow.length; next += 3)
      await Promise.all(
        slow.slice(next, next + 3).map(async (cell) => {
          if (cell.variant !== null) opened.set(cell, await openCell(cell.driver, cell.variant));
        }),
      );
  });
  for (const cell of slow) {
    test(title(cell), async () => {
      const open = opened.get(cell);
      if (open === undefined || cell.variant === null) throw new Error("the cell was not opened");
      check(await finishCell(open, cell.variant));
    });
  }
});

describe("cells that cannot be run here", () => {
  for (const cell of cells) {
    const why = obstacle(cell);
    if (why !== null) test.skip(`${title(cell)} (${why})`, () => undefined);
  }
});
