import type { DaemonName } from "./daemons/driver.ts";

/** One cell of a full run as it is kept in `docs/interop.json`. */
export interface KeptCell {
  readonly case: string;
  readonly feature: string;
  readonly daemon: DaemonName;
  readonly variant: string;
  /** `lacks`: the peer cannot do it; `absent`: the peer was not there. */
  readonly state: "pass" | "fail" | "lacks" | "absent";
  /** One sentence for every state but `pass`. */
  readonly reason: string | null;
  readonly figures: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  readonly ms: number;
  /** Present when the cell failed in the full run, and this is what came of trying it once more later. */
  readonly again?: { readonly date: string; readonly commit: string };
}

/** A full run. */
export interface KeptRun {
  /** The day it ran, `2026-01-31`. */
  readonly date: string;
  readonly commit: string;
  readonly kernel: string;
  readonly node: string;
  readonly tshark: string;
  readonly daemons: readonly { readonly name: DaemonName; readonly title: string; readonly version: string }[];
  readonly cells: readonly KeptCell[];
}
