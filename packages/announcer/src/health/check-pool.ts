import type { Clock } from "../ports.ts";
import type { ProbeCheck } from "./check.ts";
import { type CheckerEvent, type CheckerState, newChecker, nextTick, stepChecker } from "./checker.ts";
import type { HealthPort, ProbeContext, ProbeOutcome } from "./probe.ts";

/** What the checks are run with. */
export interface CheckRunnerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Null: every probe fails and says that nobody can carry it out. */
  readonly port: HealthPort | null;
}

/** On whose behalf a check runs. */
export type CheckOwner = Pick<ProbeContext, "vip" | "address" | "interface">;

const NO_PORT: ProbeOutcome = {
  ok: false,
  detail:
    "no check can be carried out: give the announcer ports.health, for example nodeChecks() of @vipcast/announcer/checks",
};

/** Drives one check: sleeps until its next tick, starts probes, and tells what they come to. */
class CheckRunner {
  readonly listeners: Set<() => void> = new Set();
  readonly #options: CheckRunnerOptions;
  readonly #check: ProbeCheck;
  readonly #owner: CheckOwner;
  state: CheckerState;
  #cancelTimer: (() => void) | null = null;
  #abort: AbortController | null = null;
  #stopped = false;

  constructor(options: CheckRunnerOptions, check: ProbeCheck, owner: CheckOwner) {
    this.#options = options;
    this.#check = check;
    this.#owner = owner;
    this.state = newChecker(this.#now(), check.timing);
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#abort?.abort();
  }

  #now(): { now: number; random: number } {
    return { now: this.#options.clock.now(), random: this.#options.random() };
  }

  #step(event: CheckerEvent): void {
    if (this.#stopped) return;
    const before = this.state;
    const { state, effect } = stepChecker(before, event, this.#now(), this.#check.timing);
    this.state = state;
    if (effect?.kind === "start") this.#start();
    if (effect?.kind === "abort") this.#abort?.abort();
    this.#schedule();
    if (state.total !== before.total) for (const listener of this.listeners) listener();
  }

  #start(): void {
    const abort = new AbortController();
    this.#abort = abort;
    void this.#probe(abort.signal).then((outcome) => {
      this.#abort = null;
      this.#step({ kind: "result", outcome });
    });
  }

  async #probe(signal: AbortSignal): Promise<ProbeOutcome> {
    const { port } = this.#options;
    if (port === null) return NO_PORT;
    try {
      return await port.probe(this.#check.probe, {
        ...this.#owner,
        timeoutMs: this.#check.timing.timeoutMs,
        signal,
      });
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  #schedule(): void {
    this.#cancelTimer?.();
    const delayMs = Math.max(0, nextTick(this.state) - this.#options.clock.now());
    this.#cancelTimer = this.#options.clock.timer(() => this.#step({ kind: "tick" }), delayMs);
  }
}

/** A share in a running check. */
export interface CheckShare {
  readonly state: CheckerState;
  release(): void;
}

/** Runs checks, equal ones once: a hundred VIPs that rest on one service look at it as often as one VIP does. */
export class CheckPool {
  readonly #options: CheckRunnerOptions;
  readonly #running = new Map<string, CheckRunner>();

  constructor(options: CheckRunnerOptions) {
    this.#options = options;
  }

  /** How many checks run. */
  get size(): number {
    return this.#running.size;
  }

  /** `onResult` is called after every result, never from inside this call. */
  share(check: ProbeCheck, owner: CheckOwner, onResult: () => void): CheckShare {
    const key = keyOf(check, owner);
    const known = this.#running.get(key);
    const runner = known ?? new CheckRunner(this.#options, check, owner);
    if (known === undefined) this.#running.set(key, runner);
    const listener = (): void => onResult();
    runner.listeners.add(listener);
    return {
      get state() {
        return runner.state;
      },
      release: () => {
        if (!runner.listeners.delete(listener) || runner.listeners.size > 0) return;
        runner.stop();
        this.#running.delete(key);
      },
    };
  }
}

/** Two VIPs share a check when nothing about it depends on the VIP: a program sees which one it is for, and where that is. */
function keyOf(check: ProbeCheck, owner: CheckOwner): string {
  const whose = check.probe.kind === "exec" ? `${owner.vip} ${owner.interface}` : "";
  return `${whose} ${JSON.stringify([check.probe, check.timing])}`;
}
