import { LabError } from "../errors.ts";
import type { LabProcess } from "../sandbox/lab-process.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { waitFor } from "../wait.ts";

/** One program of a router daemon: `bgpd`, `zebra`, `bird`. */
export interface DaemonProgram {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts and ends the programs a router is made of, and keeps what they print. */
export class Daemon {
  readonly #sandbox: Sandbox;
  readonly #host: string;
  readonly #programs: readonly DaemonProgram[];
  readonly #log: string[] = [];
  #processes: LabProcess[] = [];
  #wanted = false;

  constructor(sandbox: Sandbox, host: string, programs: readonly DaemonProgram[]) {
    this.#sandbox = sandbox;
    this.#host = host;
    this.#programs = programs;
  }

  /** Starts the programs in order; each must pass `ready` before the next one. Throws with their words when one ends or is late. */
  async start(ready: (program: string) => Promise<boolean>, timeoutMs = 8000): Promise<void> {
    if (this.running) throw new LabError("bad-option", "the router runs already");
    this.#processes = [];
    this.#wanted = true;
    for (const program of this.#programs) {
      const process = await this.#sandbox.spawn(this.#host, program.argv, program.env);
      process.onLine((line) => this.#log.push(`${program.name}: ${line.text}`));
      this.#processes.push(process);
      await waitFor(
        () => `${program.name} does not answer: ${this.tail()}`,
        async () => {
          if (process.exit !== null) throw new LabError("command-failed", `${program.name} ended: ${this.tail()}`);
          return (await ready(program.name)) ? true : null;
        },
        timeoutMs,
      );
    }
  }

  get running(): boolean {
    return this.#processes.some((process) => process.exit === null);
  }

  /** Ends the programs, last started first, with SIGTERM, and with SIGKILL those that take longer than `graceMs`. */
  async stop(graceMs = 3000): Promise<void> {
    this.#wanted = false;
    for (const process of [...this.#processes].reverse()) {
      await process.signal("SIGTERM");
      const timer = setTimeout(() => void process.signal("SIGKILL").catch(() => undefined), graceMs);
      await process.exited;
      clearTimeout(timer);
    }
  }

  /** Sends a signal to every program; after SIGKILL it waits for their end. */
  async signal(name: NodeJS.Signals): Promise<void> {
    if (name === "SIGKILL" || name === "SIGTERM") this.#wanted = false;
    await Promise.all(this.#processes.map((process) => process.signal(name)));
    if (name === "SIGKILL") await Promise.all(this.#processes.map((process) => process.exited));
  }

  /** Of the programs that run, in the lab's PID namespace. */
  pids(): readonly number[] {
    return this.#processes.filter((process) => process.exit === null).map((process) => process.pid);
  }

  /** A sentence when a program has ended although nobody asked it to, else null. */
  complaint(): string | null {
    const index = this.#wanted ? this.#processes.findIndex((process) => process.exit !== null) : -1;
    return index < 0 ? null : `the router's ${this.#programs[index]?.name} ended by itself: ${this.tail()}`;
  }

  log(): readonly string[] {
    return this.#log;
  }

  tail(): string {
    return this.#log.slice(-8).join("\n");
  }
}
