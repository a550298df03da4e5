/**
 * Runs every variant of every case on every daemon and writes `docs/interop.json` and `docs/interop.md`. Exit code 1 when a cell
 * fails or a daemon is not there. `--cells TEXT` runs the cells whose title has the text and writes nothing, with `--repeat N` each
 * of them N times; `--again` runs what failed in the last full run once more, one cell at a time, and says so in the page; `--render` runs
 * nothing and renders the page of the last run again.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type PlannedCell, planCells, titleOf } from "./cell/plan.ts";
import { runCell } from "./cell/run-cell.ts";
import { startWorld } from "./cell/world.ts";
import { PeerDaemon } from "./daemons/peer-daemon.ts";
import { daemons } from "./daemons/table.ts";
import { renderReport } from "./report.ts";
import type { KeptCell, KeptRun } from "./results.ts";

/** A cell waits most of its time; more than this at once and they wait for the processor instead. */
const atOnce = 3;

async function proveCell(cell: PlannedCell): Promise<KeptCell> {
  const { subject, driver, variant, lack, absent } = cell;
  const kept = { case: subject.id, feature: subject.feature, daemon: driver.name, variant: variant?.name ?? "" };
  const empty = { figures: {}, notes: [], ms: 0 };
  if (absent !== null) return { ...kept, ...empty, state: "absent", reason: absent };
  if (lack !== null || variant === null) return { ...kept, ...empty, state: "lacks", reason: lack };
  const result = await runCell(driver, variant).catch((error: Error) => ({
    ...empty,
    state: "fail" as const,
    reason: `the cell could not be prepared: ${error.message}`,
    evidence: String(error.cause ?? ""),
  }));
  console.log(
    `${result.state === "pass" ? "ok  " : "FAIL"} ${titleOf(cell)} (${result.ms} ms)${result.reason === null ? "" : `: ${result.reason}`}`,
  );
  if (result.evidence !== null) console.error(result.evidence);
  const { state, reason, figures, notes, ms } = result;
  return { ...kept, state, reason, figures, notes, ms };
}

/** Runs the cells in the order of the plan, at most `width` beside each other, and keeps that order. */
async function proveAll(cells: readonly PlannedCell[], width: number): Promise<ReadonlyMap<PlannedCell, KeptCell>> {
  const kept = new Map<PlannedCell, KeptCell>();
  const waiting = [...cells];
  const work = async (): Promise<void> => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) kept.set(cell, await proveCell(cell));
  };
  await Promise.all(Array.from({ length: width }, work));
  return kept;
}

function now(): { readonly date: string; readonly commit: string } {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return { date: new Date().toISOString().slice(0, 10), commit };
}

async function describeRun(cells: readonly KeptCell[]): Promise<KeptRun> {
  const world = await startWorld();
  try {
    const versions = await Promise.all(
      daemons.map(async (driver) => ({
        name: driver.name,
        title: driver.title,
        version: await new PeerDaemon(driver, world, "peer").version(),
      })),
    );
    const { stdout } = await world.exec(null, ["tshark", "--version"], { allowFailure: true });
    return {
      ...now(),
      kernel: release(),
      node: process.versions.node,
      tshark: stdout.match(/TShark \(Wireshark\) (\S+?)\.? /)?.[1] ?? "unknown",
      daemons: versions,
      cells,
    };
  } finally {
    await world.close();
  }
}

const usage = "usage: prove.js [--cells TEXT [--repeat N] | --again | --render]";

function options(): {
  readonly cells?: string;
  readonly repeat: number;
  readonly again: boolean;
  readonly render: boolean;
} {
  try {
    const { values } = parseArgs({
      options: {
        cells: { type: "string" },
        repeat: { type: "string", default: "1" },
        again: { type: "boolean", default: false },
        render: { type: "boolean", default: false },
      },
    });
    const repeat = Number(values.repeat);
    if (!Number.isInteger(repeat) || repeat < 1) throw new Error(`--repeat ${values.repeat} is no number of times`);
    return { ...values, repeat };
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
}

const asked = options();
const docs = join(fileURLToPath(new URL("../..", import.meta.url)), "docs");
const jsonFile = join(docs, "interop.json");
const pageFile = join(docs, "interop.md");
if (asked.render) {
  writeFileSync(pageFile, renderReport(JSON.parse(readFileSync(jsonFile, "utf8")) as KeptRun));
  process.exit(0);
}

function keep(run: KeptRun): void {
  writeFileSync(jsonFile, `${JSON.stringify(run, null, 2)}\n`);
  writeFileSync(pageFile, renderReport(run));
}

if (asked.again) {
  const run = JSON.parse(readFileSync(jsonFile, "utf8")) as KeptRun;
  const named = (cell: KeptCell): string => `${cell.case} ${cell.daemon} ${cell.variant}`;
  const failed = new Set(run.cells.filter(({ state }) => state === "fail").map(named));
  const cells = planCells("prove").filter(({ subject, driver, variant }) =>
    failed.has(`${subject.id} ${driver.name} ${variant?.name ?? ""}`),
  );
  const tried = [...(await proveAll(cells, 1)).values()].map((cell): KeptCell => ({ ...cell, again: now() }));
  const kept = run.cells.map((cell) => tried.find((other) => named(other) === named(cell)) ?? cell);
  keep({ ...run, cells: kept });
  process.exit(kept.some(({ state }) => state === "fail") ? 1 : 0);
}

const wanted = asked.cells ?? null;
const plan = planCells("prove")
  .filter((cell) => wanted === null || titleOf(cell).includes(wanted))
  .flatMap((cell) => Array.from({ length: asked.repeat }, () => ({ ...cell })));
const sideBySide = await proveAll(
  plan.filter(({ subject }) => subject.alone !== true),
  atOnce,
);
const oneByOne = await proveAll(
  plan.filter(({ subject }) => subject.alone === true),
  1,
);
const cells = plan.flatMap((cell) => sideBySide.get(cell) ?? oneByOne.get(cell) ?? []);
const count = (state: KeptCell["state"]): number => cells.filter((cell) => cell.state === state).length;
if (wanted === null) {
  keep(await describeRun(cells));
}
console.log(
  `interop: ${count("pass")} passed, ${count("fail")} failed, ${count("lacks")} the peer lacks, ${count("absent")} without their peer`,
);
process.exit(count("fail") + count("absent") > 0 || cells.length === 0 ? 1 : 0);
