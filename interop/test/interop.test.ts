import { describe, expect, test, vi } from "vitest";
import { planCells, type PlannedCell, tierFromEnvironment } from "../src/cell/plan.ts";
import { runCell } from "../src/cell/run-cell.ts";

// A cell waits most of its time, for a daemon's timers and the kernel; some may do so beside each other.
vi.setConfig({ maxConcurrency: 3 });

const tier = tierFromEnvironment();
const only = process.env["VIPCAST_CELLS"];
const cells = planCells(tier).filter((cell) => only === undefined || title(cell).includes(only));

function title({ subject, driver, variant }: PlannedCell): string {
  const name = variant === null || subject.variants.length === 1 ? "" : `, ${variant.name}`;
  return `${subject.id} on ${driver.title}${name}`;
}

function define(cell: PlannedCell, run: typeof test | typeof test.concurrent): void {
  const { driver, variant, absent, lack } = cell;
  const why = absent ?? (lack === null ? null : `the peer lacks it: ${lack}`);
  if (why !== null || variant === null) {
    test.skip(`${title(cell)} (${why})`, () => undefined);
    return;
  }
  run(title(cell), async () => {
    const result = await runCell(driver, variant);
    expect(result.state, `${result.reason}\n${result.evidence}`).toBe("pass");
  });
}

describe("vipcast and a real daemon, side by side", () => {
  for (const cell of cells.filter(({ subject }) => subject.alone !== true)) define(cell, test.concurrent);
});

describe("vipcast and a real daemon, one at a time", () => {
  for (const cell of cells.filter(({ subject }) => subject.alone === true)) define(cell, test);
});
