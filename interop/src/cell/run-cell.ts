import { setTimeout } from "node:timers/promises";
import type { DaemonDriver } from "../daemons/driver.ts";
import { lackOf, missingPrograms } from "../daemons/peer-daemon.ts";
import type { Case, Variant } from "./case.ts";
import { Cell } from "./cell.ts";
import { isolation } from "./world.ts";

/** What became of one cell. */
export interface CellResult {
  readonly state: "pass" | "fail";
  /** One sentence; why it failed. */
  readonly reason: string | null;
  /** Transcripts of both sides and the wire; only of a failure. */
  readonly evidence: string | null;
  readonly figures: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  readonly ms: number;
}

/** Programs of the harness itself. */
const tools = ["dumpcap", "tshark"];

/** Why nothing can be run against a daemon here, with the remedy; null when it can. */
export function absence(driver: DaemonDriver): string | null {
  const missing = missingPrograms({ ...driver, programs: [...driver.programs, ...tools] });
  if (missing.length > 0) {
    const name = missing.every((program) => tools.includes(program)) ? "tshark" : driver.title;
    return `${name} is not installed: npx pnpm@10 peers:install`;
  }
  return isolation === "rootless" && driver.needsRoot !== undefined ? `${driver.title} ${driver.needsRoot}` : null;
}

/** What the daemon lacks for a variant, in words; null when nothing. */
export function lackFor(driver: DaemonDriver, variant: Variant): string | null {
  const lacks = (variant.needs ?? []).map((ability) => lackOf(driver, ability, isolation === "rootless"));
  return lacks.find((lack) => lack !== null) ?? null;
}

/** The variant that stands for its case on a daemon: the first it lacks nothing for. */
export function representative(driver: DaemonDriver, { variants }: Case): Variant | null {
  return variants.find((variant) => lackFor(driver, variant) === null) ?? null;
}

/** Opens a cell and brings it as far as its variant prepares it. Leaves nothing behind when it throws; the error's cause is the evidence. */
export async function openCell(driver: DaemonDriver, variant: Variant): Promise<Cell> {
  const cell = await Cell.open(driver);
  try {
    await variant.prepare?.(cell);
    return cell;
  } catch (error) {
    const evidence = await cell.evidence().catch((second: Error) => second.message);
    await cell.close();
    throw new Error(error instanceof Error ? error.message : String(error), { cause: evidence });
  }
}

/** No cell takes longer; what is left until ten seconds is for the evidence. */
const limitMs = 9000;

async function withinLimit(work: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const late = async (): Promise<never> => {
    await setTimeout(limitMs, null, { signal: limit.signal });
    throw new Error(`the cell is not done after ${limitMs} ms`);
  };
  try {
    await Promise.race([work, late()]);
  } finally {
    limit.abort();
    // Whatever is still under way ends with the sandbox.
    work.catch(() => undefined);
  }
}

/** Runs an opened cell and closes it. Never throws. */
export async function finishCell(cell: Cell, variant: Variant): Promise<CellResult> {
  const began = performance.now();
  const finish = (reason: string | null, evidence: string | null): CellResult => ({
    state: reason === null ? "pass" : "fail",
    reason,
    evidence,
    figures: cell.figures,
    notes: cell.notes,
    ms: Math.round(performance.now() - began),
  });
  try {
    await withinLimit(variant.run(cell).then(() => cell.checkWire(variant.unheard !== true)));
    return finish(null, null);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return finish(reason, await cell.evidence().catch((second: Error) => second.message));
  } finally {
    await cell.close();
  }
}

/** Runs one cell from empty namespaces to empty namespaces. Throws only when it cannot be opened. */
export async function runCell(driver: DaemonDriver, variant: Variant): Promise<CellResult> {
  return finishCell(await openCell(driver, variant), variant);
}
