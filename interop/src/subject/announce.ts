import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LabProcess, type ProcessExit, type Sandbox, waitFor } from "@vipcast/lab";

/** The CLI this harness is about. `VIPCAST_CLI` names another build, for a run against a deliberately broken copy. */
const cliPath: string =
  process.env["VIPCAST_CLI"] ?? join(fileURLToPath(new URL("../../../packages/cli/bin/vipcast.js", import.meta.url)));

/** One event of `vipcast announce --json` and when its line was read (`monotonicMs()`). */
export interface AnnounceEvent {
  readonly at: number;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A running `vipcast announce`, or `vipcast run`. */
export class Announcer {
  readonly process: LabProcess;
  readonly events: AnnounceEvent[] = [];
  #cut: string | null = null;

  private constructor(process: LabProcess) {
    this.process = process;
    for (const line of process.lines) this.#read(line.stream, line.text, line.at);
    process.onLine((line) => this.#read(line.stream, line.text, line.at));
  }

  /** Starts it on a host; `args` follow `announce --json --state-dir …`. */
  static async start(sandbox: Sandbox, host: string, args: readonly string[]): Promise<Announcer> {
    const state = ["--state-dir", `${sandbox.folder}/${host}-state`];
    return new Announcer(
      await sandbox.spawn(host, [process.execPath, cliPath, "announce", "--json", ...state, ...args]),
    );
  }

  /** Starts the daemon on a host with a configuration, in YAML without `stateDir`. */
  static async run(sandbox: Sandbox, host: string, config: string): Promise<Announcer> {
    const file = `${sandbox.folder}/${host}-vipcast.yaml`;
    await sandbox.writeFile(file, `${config}stateDir: ${sandbox.folder}/${host}-state\n`);
    return new Announcer(await sandbox.spawn(host, [process.execPath, cliPath, "run", "--json", "-c", file]));
  }

  /** The events of one name that a test accepts. */
  all(event: string, accept: (fields: AnnounceEvent["fields"]) => boolean = () => true): readonly AnnounceEvent[] {
    return this.events.filter((candidate) => candidate.event === event && accept(candidate.fields));
  }

  /** Waits for an event, which may have come already. */
  async saw(
    event: string,
    accept: (fields: AnnounceEvent["fields"]) => boolean = () => true,
    timeoutMs = 5000,
  ): Promise<AnnounceEvent> {
    return waitFor(
      () => `vipcast did not report ${event}`,
      () => {
        const found = this.all(event, accept)[0];
        if (this.#cut !== null && this.process.exit === null)
          throw new Error(`vipcast wrote a line that is no JSON: ${this.#cut}`);
        if (found === undefined && this.process.exit !== null) throw new Error(`vipcast ended before ${event}`);
        return found ?? null;
      },
      timeoutMs,
      5,
    );
  }

  /** Waits until an event has come so many times. */
  async times(event: string, count: number, timeoutMs = 5000): Promise<void> {
    await waitFor(
      () => `vipcast reported ${event} ${this.all(event).length} times, not ${count}`,
      () => (this.all(event).length >= count ? true : null),
      timeoutMs,
      20,
    );
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: "SIGTERM" | "SIGINT" | "SIGKILL" = "SIGTERM"): Promise<ProcessExit> {
    await this.process.signal(signal);
    return this.process.exited;
  }

  /** Freezes or thaws it, or restarts the daemon. */
  async signal(name: "SIGSTOP" | "SIGCONT" | "SIGUSR2"): Promise<void> {
    await this.process.signal(name);
  }

  /** Everything it said, for a failure's report. */
  transcript(lines = 40): string {
    return this.process.tail(lines);
  }

  #read(stream: "stdout" | "stderr", text: string, at: number): void {
    if (stream !== "stdout" || !text.startsWith("{")) return;
    let fields: Record<string, unknown>;
    try {
      fields = JSON.parse(text) as Record<string, unknown>;
    } catch {
      // The last line of a process that is killed may be cut; any other has to be whole, and whoever waits for an event is told.
      this.#cut ??= text;
      return;
    }
    this.events.push({ at, event: String(fields["event"]), fields });
  }
}
