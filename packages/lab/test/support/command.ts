import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../src/wait.ts";

/** The built command. */
export const vipcast: string = fileURLToPath(new URL("../../../cli/bin/vipcast.js", import.meta.url));

/** A running command with what it has written so far. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Waits for text on standard output. */
  says(text: string, timeoutMs?: number): Promise<void>;
  /** Waits for its end. */
  ended(timeoutMs?: number): Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Starts a command with its output collected. */
export function start(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): RunningCommand {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
  let stdout = "";
  let stderr = "";
  let end: { code: number | null; signal: string | null } | null = null;
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.once("close", (code, signal) => {
    end = { code, signal };
  });
  const seen = (): string => `${stdout}${stderr}`;
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    says: async (text, timeoutMs = 8000) => {
      await waitFor(
        () => `never said ${JSON.stringify(text)}:\n${seen()}`,
        () => (stdout.includes(text) ? true : null),
        timeoutMs,
        10,
      );
    },
    ended: (timeoutMs = 9000) =>
      waitFor(
        () => `does not end:\n${seen()}`,
        () => end,
        timeoutMs,
        10,
      ),
  };
}
