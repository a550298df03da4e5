/**
 * What travels between the lab's user (outer process) and the inner process, which lives inside the namespaces: one JSON
 * object per line, requests on the inner process's standard input and everything else on its standard output.
 * The end of that input is the order to die; nothing else is needed to tear a lab down.
 */
export type InnerRequest =
  | {
      readonly op: "exec";
      readonly id: number;
      /** Network namespace to run in, or null for the inner process's own. */
      readonly host: string | null;
      readonly argv: readonly string[];
      readonly input: string;
      readonly env: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
    }
  | {
      readonly op: "spawn";
      readonly id: number;
      readonly process: number;
      readonly host: string | null;
      readonly argv: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly op: "signal"; readonly id: number; readonly process: number; readonly signal: string }
  | { readonly op: "stdin"; readonly id: number; readonly process: number; readonly text: string }
  | { readonly op: "write"; readonly id: number; readonly path: string; readonly text: string; readonly mode: number }
  | { readonly op: "read"; readonly id: number; readonly path: string };

/** What a finished command left. `code` is null when a signal ended it. */
export interface ExecResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type InnerReply =
  /** The inner process runs; `folder` is the lab's private folder. */
  | { readonly kind: "ready"; readonly folder: string }
  | { readonly kind: "exec"; readonly id: number; readonly result: ExecResult }
  | { readonly kind: "spawned"; readonly id: number; readonly pid: number }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "text"; readonly id: number; readonly text: string }
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  /** A line a spawned process wrote. `at` is `monotonicMs()` when the inner process read it. */
  | {
      readonly kind: "line";
      readonly process: number;
      readonly stream: "stdout" | "stderr";
      readonly text: string;
      readonly at: number;
    }
  | {
      readonly kind: "exit";
      readonly process: number;
      readonly code: number | null;
      readonly signal: string | null;
      readonly at: number;
    };

/** CLOCK_MONOTONIC in milliseconds: the same clock in every process of the machine, so that their times compare. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
