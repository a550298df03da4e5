import type { ChildProcess } from "node:child_process";
import type { ExecProbe, ProbeContext, ProbeOutcome } from "../probe.ts";
import { aborted, failed, oneLine, printable } from "./outcome.ts";

/** How much of what a program writes is kept: its end, octets. */
const OUTPUT_BYTES = 4096;

/** How long what a program has started may keep its output open after it has ended, milliseconds. */
const LINGER_MS = 100;

/** What a program sees of our environment: nothing that could be a secret of ours. */
const PASSED_ON = /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR)$/;

/** How much of the beginning of standard output is kept for whoever reads an answer there, octets. */
const ANSWER_BYTES = 1024;

/** How a program ended, and the beginning of its standard output. */
export interface ProgramResult {
  readonly outcome: ProbeOutcome;
  readonly stdout: string;
}

/** Runs a program without a shell, in a process group of its own; when time is up, the whole group is killed. */
export async function checkExec(probe: ExecProbe, context: ProbeContext): Promise<ProbeOutcome> {
  return (await runProgram(probe, context)).outcome;
}

/** As {@link checkExec}, for what it writes. */
export async function runProgram(probe: ExecProbe, context: ProbeContext): Promise<ProgramResult> {
  const { spawn } = await import("node:child_process");
  const { signal } = context;
  if (signal.aborted) return { outcome: aborted, stdout: "" };
  let child: ChildProcess;
  try {
    child = spawn(probe.file, probe.args, {
      cwd: "/",
      detached: true,
      env: environment(probe, context),
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    return { outcome: failed(error), stdout: "" };
  }
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const output = new Tail(OUTPUT_BYTES);
    let result: ProbeOutcome | null = null;
    let linger: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      result ??= aborted;
      killGroup(child);
    };
    const end = (outcome: ProbeOutcome): void => {
      clearTimeout(linger);
      signal.removeEventListener("abort", onAbort);
      child.stdout?.destroy();
      child.stderr?.destroy();
      const text = output.text();
      resolve({ outcome: text === "" ? outcome : { ...outcome, output: text }, stdout: answer.toString("utf8") });
    };
    signal.addEventListener("abort", onAbort, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => output.add(chunk));
      stream?.on("error", () => {});
    }
    child.stdout?.on("data", (chunk: Buffer) => {
      if (answer.length < ANSWER_BYTES) answer = Buffer.concat([answer, chunk]).subarray(0, ANSWER_BYTES);
    });
    child.on("error", (error) => {
      // Without a process there will be no exit.
      if (child.pid === undefined) end(failed(error));
    });
    child.on("exit", (code, killedBy) => {
      const last = oneLine(output.text().split("\n").at(-1) ?? "", 200);
      const words = code === null ? `killed by ${killedBy}` : `exit code ${code}`;
      result ??= { ok: code === 0, detail: code === 0 || last === "" ? words : `${words}: ${last}` };
      // Whatever it left behind and that still writes is part of the check, and ends with it.
      linger = setTimeout(() => {
        killGroup(child);
        end(result ?? aborted);
      }, LINGER_MS);
    });
    child.on("close", () => end(result ?? aborted));
  });
}

function environment(probe: ExecProbe, { vip, address, interface: name, timeoutMs }: ProbeContext): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(([key]) => PASSED_ON.test(key));
  return {
    ...Object.fromEntries(passed),
    ...probe.env,
    VIPCAST_VIP: vip,
    VIPCAST_ADDRESS: address,
    VIPCAST_INTERFACE: name,
    VIPCAST_TIMEOUT_MS: String(timeoutMs),
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}

/** The end of a stream, bounded. */
class Tail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length <= 2 * this.#limit) return;
    const kept = Buffer.concat(this.#chunks).subarray(-this.#limit);
    // A copy: a view would keep everything.
    this.#chunks = [Buffer.from(kept)];
    this.#length = kept.length;
  }

  text(): string {
    return printable(Buffer.concat(this.#chunks).subarray(-this.#limit).toString("utf8")).trim();
  }
}
