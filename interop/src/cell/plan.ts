import { establish } from "../cases/establish.ts";
import { cases } from "../cases/table.ts";
import type { DaemonDriver } from "../daemons/driver.ts";
import { daemons } from "../daemons/table.ts";
import type { Case, Variant } from "./case.ts";
import { absence, lackFor, representative } from "./run-cell.ts";

/**
 * How much is run. `test`: the main job on whatever daemons are there, and every other case on one of them;
 * `ci`: the representative of every case on every daemon; `prove`: every variant of every case on every daemon.
 */
export type Tier = "test" | "ci" | "prove";

/** One cell of the matrix: what is run, or in words why it is not. */
export interface PlannedCell {
  readonly subject: Case;
  readonly driver: DaemonDriver;
  readonly variant: Variant | null;
  /** The daemon lacks something the case needs. */
  readonly lack: string | null;
  /** The daemon, or a tool, is not there. */
  readonly absent: string | null;
}

/** `establish on BIRD`, with the variant where the case has several. */
export function titleOf({ subject, driver, variant }: PlannedCell): string {
  const name = variant === null || subject.variants.length === 1 ? "" : `, ${variant.name}`;
  return `${subject.id} on ${driver.title}${name}`;
}

/** The tier named by `VIPCAST_TIER`; `test` without it. Throws on any other word. */
export function tierFromEnvironment(value: string | undefined = process.env["VIPCAST_TIER"]): Tier {
  if (value === undefined || value === "") return "test";
  if (value === "test" || value === "ci" || value === "prove") return value;
  throw new Error(`VIPCAST_TIER is test, ci or prove, not ${value}`);
}

/** The cells of a tier, case by case. */
export function planCells(tier: Tier): readonly PlannedCell[] {
  return cases.flatMap((subject) =>
    daemons.flatMap((driver) => {
      const absent = absence(driver);
      const chosen = representative(driver, subject);
      if (tier === "prove")
        return subject.variants.map((variant) => ({
          subject,
          driver,
          variant,
          lack: lackFor(driver, variant),
          absent,
        }));
      if (tier === "test" && !inTestTier(subject, driver)) return [];
      const [first] = subject.variants;
      const lack = chosen === null && first !== undefined ? lackFor(driver, first) : null;
      return [{ subject, driver, variant: chosen ?? first ?? null, lack, absent }];
    }),
  );
}

/** The quick tier shows each case on one daemon that is there, and the main job on all of them. */
function inTestTier(subject: Case, driver: DaemonDriver): boolean {
  if (subject === establish) return true;
  if (subject.notQuick === true) return false;
  const wanted = subject.quickOn ?? "bird";
  const candidates = [...daemons.filter(({ name }) => name === wanted), ...daemons];
  const usable = candidates.find((daemon) => absence(daemon) === null && representative(daemon, subject) !== null);
  return driver.name === (usable?.name ?? wanted);
}
