import { labEntryPath } from "../entry-path.ts";
import { LabError } from "../errors.ts";
import type { ProberArguments, ProberMessage, Transfer } from "../inner/messages.ts";
import type { RouteGap, RouteReading } from "../inner/watch.ts";
import type { LabProcess } from "../sandbox/lab-process.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { waitFor } from "../wait.ts";
import type { Probe } from "./measure.ts";

/** A long-lived connection that a prober holds. */
export interface HeldConnection {
  readonly id: number;
  readonly target: string;
  /** The node at its other end. */
  readonly answer: string;
}

/** A held connection that broke. */
export interface BrokenConnection extends HeldConnection {
  /** `monotonicMs()` when it was noticed. */
  readonly at: number;
  /** Error code, `closed`, or `silent` when nothing came back any more. */
  readonly error: string;
}

/** A prober process in one host, and what it has seen so far. */
export class Prober {
  readonly process: LabProcess;
  /** Every new connection, in the order of their ends. */
  readonly probes: Probe[] = [];
  /** Every reading of the watched routes, in order. */
  readonly readings: RouteReading[] = [];
  /** Every replacement of a watched route that left a moment without one. */
  readonly gaps: RouteGap[] = [];
  readonly #targets: readonly string[];
  readonly #held = new Map<number, HeldConnection & { readonly group: number }>();
  readonly #broken: (BrokenConnection & { readonly group: number })[] = [];
  readonly #settled = new Set<number>();
  readonly #transferred = new Map<number, readonly Transfer[]>();
  #nextGroup = 1;

  private constructor(process: LabProcess, targets: readonly string[]) {
    this.process = process;
    this.#targets = targets;
    process.onLine((line) => {
      if (line.stream === "stdout") this.#take(JSON.parse(line.text) as ProberMessage);
    });
  }

  /** Starts probing at once. */
  static async start(sandbox: Sandbox, host: string | null, options: ProberArguments): Promise<Prober> {
    const argv = [process.execPath, labEntryPath(), "prober", JSON.stringify(options)];
    return new Prober(
      await sandbox.spawn(host, argv),
      options.targets.map((target) => target.key),
    );
  }

  /** Probes of one target, or of all. */
  of(target?: string): readonly Probe[] {
    return target === undefined ? this.probes : this.probes.filter((probe) => probe.target === target);
  }

  /** Waits until a probe that began at or after `at` was answered for each of these targets; throws `timeout`. */
  async answered(targets: readonly string[], at: number, timeoutMs: number): Promise<void> {
    const missing = (): readonly string[] =>
      targets.filter((target) => !this.probes.some((p) => p.target === target && p.at >= at && p.answer !== null));
    await waitFor(
      () =>
        `no answer from ${missing().join(", ")}: ${this.process.exit === null ? "nobody answers" : "the prober ended"}`,
      () => (missing().length === 0 ? true : null),
      timeoutMs,
    );
  }

  /** Opens `count` long-lived connections to a target, from these local addresses in turn, and returns those that were answered. */
  async hold(target: string, count: number, timeoutMs = 3000, sources: readonly string[] = []): Promise<HeldGroup> {
    const group = this.#nextGroup++;
    await this.process.write(`${JSON.stringify({ op: "hold", group, target, count, sources })}\n`);
    await waitFor("the held connections did not open", () => (this.#settled.has(group) ? true : null), timeoutMs);
    const inGroup = <T extends { readonly group: number }>(all: Iterable<T>): T[] =>
      [...all].filter((connection) => connection.group === group);
    return {
      connections: inGroup(this.#held.values()),
      broken: () => inGroup(this.#broken),
      release: () => this.process.write(`${JSON.stringify({ op: "release", group })}\n`),
    };
  }

  /** From each local address a connection that sends so many octets and waits for them to come back, for `limitMs` at most. */
  async transfer(
    target: string,
    sources: readonly string[],
    octets: number,
    limitMs: number,
  ): Promise<readonly Transfer[]> {
    const group = this.#nextGroup++;
    await this.process.write(`${JSON.stringify({ op: "transfer", group, target, sources, octets, limitMs })}\n`);
    return waitFor("the transfers did not end", () => this.#transferred.get(group) ?? null, limitMs + 3000);
  }

  async stop(): Promise<void> {
    await this.process.kill();
  }

  #take(message: ProberMessage): void {
    switch (message.kind) {
      case "probes":
        for (const [index, at, ms, answer, error] of message.list)
          this.probes.push({ target: this.#targets[index] ?? "", at, ms, answer, error });
        return;
      case "routes":
        this.readings.push(message);
        return;
      case "gap":
        this.gaps.push(message);
        return;
      case "held":
        this.#held.set(message.id, message);
        return;
      case "hold-done":
        this.#settled.add(message.group);
        return;
      case "transferred":
        this.#transferred.set(message.group, message.list);
        return;
      case "broken": {
        const held = this.#held.get(message.id);
        if (held === undefined) throw new LabError("command-failed", "a connection broke that nobody held");
        this.#broken.push({ ...held, at: message.at, error: message.error });
        return;
      }
      default:
        message satisfies never;
    }
  }
}

/** Long-lived connections opened together. */
export interface HeldGroup {
  readonly connections: readonly HeldConnection[];
  /** Those that broke so far. */
  broken(): readonly BrokenConnection[];
  /** Closes the rest. */
  release(): Promise<void>;
}
