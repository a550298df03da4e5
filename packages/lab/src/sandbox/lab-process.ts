import type { InnerReply } from "./protocol.ts";

/** A line that a process of the lab wrote. */
export interface ProcessLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** `monotonicMs()` when it was read. */
  readonly at: number;
}

/** How a process of the lab ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** `monotonicMs()` of the end. */
  readonly at: number;
}

/** A long-lived process inside the lab. Its lines are kept, newest last, at most `keptLines` of them. */
export class LabProcess {
  static readonly keptLines = 20_000;
  /** Number in the lab's own PID namespace. */
  readonly pid: number;
  /** Resolves when the process ended, after its last line; never rejects. */
  readonly exited: Promise<ProcessExit>;
  readonly lines: ProcessLine[] = [];
  readonly #listeners = new Set<(line: ProcessLine) => void>();
  readonly #signal: (name: NodeJS.Signals) => Promise<void>;
  readonly #write: (text: string) => Promise<void>;
  #heard = false;
  #exit: ProcessExit | null = null;
  #resolveExit: (exit: ProcessExit) => void = () => undefined;

  constructor(pid: number, signal: (name: NodeJS.Signals) => Promise<void>, write: (text: string) => Promise<void>) {
    this.pid = pid;
    this.#signal = signal;
    this.#write = write;
    this.exited = new Promise((resolve) => {
      this.#resolveExit = resolve;
    });
  }

  /** How it ended, or null while it runs. */
  get exit(): ProcessExit | null {
    return this.#exit;
  }

  /**
   * Calls back for every line from now on; the returned function ends that. The first listener is called at once for what was said before
   * it came: a process that is quick may speak in the same moment in which `spawn` returns.
   */
  onLine(listener: (line: ProcessLine) => void): () => void {
    const unheard = this.#heard ? [] : [...this.lines];
    this.#heard = true;
    this.#listeners.add(listener);
    for (const line of unheard) listener(line);
    return () => this.#listeners.delete(listener);
  }

  /** Does nothing when the process has ended. */
  async signal(name: NodeJS.Signals): Promise<void> {
    if (this.#exit === null) await this.#signal(name);
  }

  /** Writes to its standard input. */
  write(text: string): Promise<void> {
    return this.#write(text);
  }

  /** Ends it with SIGKILL and waits. */
  async kill(): Promise<void> {
    await this.signal("SIGKILL");
    await this.exited;
  }

  /** What it wrote last on standard error (and output), for an error message. */
  tail(count = 5): string {
    return this.lines
      .slice(-count)
      .map((line) => line.text)
      .join("\n");
  }

  /** For the sandbox: a reply about this process. */
  deliver(reply: InnerReply & { kind: "line" | "exit" }): void {
    if (reply.kind === "exit") {
      this.#exit = { code: reply.code, signal: reply.signal, at: reply.at };
      this.#resolveExit(this.#exit);
      return;
    }
    const line: ProcessLine = { stream: reply.stream, text: reply.text, at: reply.at };
    this.lines.push(line);
    if (this.lines.length > LabProcess.keptLines) this.lines.splice(0, LabProcess.keptLines / 4);
    for (const listener of [...this.#listeners]) listener(line);
  }
}
