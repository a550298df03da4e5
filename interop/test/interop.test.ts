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

/** Opens the cells in order, three at a time; whoever wants one waits for its promise. */
function openAll(planned: readonly PlannedCell[]): ReadonlyMap<PlannedCell, Promise<Cell>> {
  const opened = new Map<PlannedCell, Promise<Cell>>();
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve(), Promise.resolve()];
  planned.forEach((cell, index) => {
    const { driver, variant } = cell;
    if (variant === null) return;
    const lane = index % lanes.length;
    const opening = (lanes[lane] ?? Promise.resolve()).then(() => openCell(driver, variant));
    // A failure is the test's own affair.
    lanes[lane] = opening.catch(() => undefined);
    opened.set(cell, opening);
  });
  return opened;
}

// What takes time before there is anything to see does so in hooks, while the tests before it run.
describe.skipIf(slow.length === 0)("vipcast and a real daemon, after some preparation", () => {
  let openings: ReadonlyMap<PlannedCell, Promise<Cell>> = new Map();
  beforeAll(() => {
    openings = openAll(slow);
  });
  for (const cell of slow)
    describe(titleOf(cell), () => {
      let open: Cell | undefined;
      beforeAll(async () => {
        open = await openings.get(cell);
      });
      test("does what the case wants", async () => {
        if (open === undefined || cell.variant === null) throw new Error("the cell was not opened");
        check(await finishCell(open, cell.variant));
      });
    });
});

describe.skipIf(absent.length === 0)("daemons that are not there", () => {
  for (const cell of absent) test.skip(`${titleOf(cell)} (${cell.absent})`, () => undefined);
});
