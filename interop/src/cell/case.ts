import type { Ability, DaemonName } from "../daemons/driver.ts";
import type { Cell } from "./cell.ts";

/** One way to run a case. */
export interface Variant {
  /** A few words, unique in the case; shown where the case has more than one. */
  readonly name: string;
  /** What the daemon must be able to do; a cell whose daemon lacks one is not run and says so. */
  readonly needs?: readonly Ability[];
  /** Set where nothing of ours may reach the peer's kernel, so that the capture need not have an OPEN. */
  readonly unheard?: true;
  /** Everything that may take long before there is something to see; it has half a minute. */
  readonly prepare?: (cell: Cell) => Promise<void>;
  /** Throws with a sentence when something is not as it must be. */
  readonly run: (cell: Cell) => Promise<void>;
}

/** One feature, tried on every daemon: a row of `docs/interop.md`. */
export interface Case {
  /** The name of its file. */
  readonly id: string;
  /** What is shown, as a statement about vipcast. */
  readonly feature: string;
  /** Set for cases whose subject is a time, or that need the whole machine: they run beside no other. */
  readonly alone?: true;
  /** Set for cases that the quick tier leaves to CI, because another of the same subject is in it. */
  readonly notQuick?: true;
  /** The daemon it is shown on in the quick tier, if that is there. Default BIRD. */
  readonly quickOn?: DaemonName;
  /** The first one a daemon can do is its representative. */
  readonly variants: readonly Variant[];
}
