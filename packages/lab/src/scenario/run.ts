import { monitorEventLoopDelay } from "node:perf_hooks";
import { measureOutage, unexplainedFailures, worstOutage } from "../client/measure.ts";
import type { HeldGroup } from "../client/prober.ts";
import { LabError } from "../errors.ts";
import type { Lab, LabOptions } from "../lab.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { nodeOfNextHop } from "../topology/plan.ts";
import { sleep } from "../wait.ts";
import { checkAnsweredByItself, checkAnswersWhileAnnounced, type Excuse, type Observation } from "./promises.ts";
import type { BrokenPromise, ChaosRecord, FaultMeasurement, LabResult, StepResult } from "./result.ts";

/** A fault to measure. */
export interface Fault {
  /** For people: `kill node1`. */
  readonly name: string;
  readonly node: string;
  /** The next hops the router must have in the end. */
  readonly expected: readonly string[];
  /** Does it. */
  readonly act: () => Promise<void>;
  /** The node is broken on purpose from the fault on: what it does not answer any more is no broken promise. Default false. */
  readonly excused?: boolean;
  /** Long-lived connections to hold over each VIP meanwhile. Default 24. */
  readonly connections?: number;
  /** How long the router may take to have them, in milliseconds. Default 8000. */
  readonly withinMs?: number;
  /** How long to go on looking after the router has converged, in milliseconds. Default 1000. */
  readonly observeMs?: number;
}

/** News of a running scenario, for a view. */
export interface ScenarioListener {
  onStepBegin?(name: string): void;
  onStep?(step: StepResult): void;
  onFault?(fault: FaultMeasurement): void;
}

/** What a scenario may be told; each takes those it names. */
export interface ScenarioOptions {
  /** 0..4294967295: decides what is left to chance. Default a random one, which the result names. */
  readonly seed?: number;
  /** How long new faults are made, 1..3600. */
  readonly seconds?: number;
  /** How often the fault is made, 1..100000. */
  readonly times?: number;
}

/** A scenario is a function that drives a lab through a {@link ScenarioRun}. */
export interface Scenario {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** The fewest nodes it makes sense with. */
  readonly minimumNodes: number;
  /** What it wants of the lab when its user says nothing else. */
  readonly lab?: Pick<LabOptions, "vips" | "nodeArguments">;
  /** The options it takes. Default none. */
  readonly takes?: readonly (keyof ScenarioOptions)[];
  run(run: ScenarioRun): Promise<void>;
}

/** How often one looks how long a turn takes, in milliseconds. */
const turnMs = 10;

/** One run of a scenario: its steps, its measurements and the promises that were broken. */
export class ScenarioRun {
  readonly lab: Lab;
  readonly steps: StepResult[] = [];
  readonly faults: FaultMeasurement[] = [];
  readonly broken: BrokenPromise[] = [];
  readonly excuses: Excuse[] = [];
  /** What it was told; only what the scenario takes. */
  readonly options: ScenarioOptions;
  /** The seed that a scenario used which leaves something to chance; null in every other. */
  seed: number | null = null;
  /** What a scenario counted, by names of its own: `deletions`, `kills`. */
  readonly counts: Record<string, number> = {};
  /** What a chaos run needs to be repeated; null in every other scenario. */
  chaos: ChaosRecord | null = null;
  readonly #listener: ScenarioListener;
  readonly #begin = monotonicMs();
  readonly #turns = monitorEventLoopDelay({ resolution: turnMs });

  constructor(lab: Lab, listener: ScenarioListener = {}, options: ScenarioOptions = {}) {
    this.lab = lab;
    this.options = options;
    this.#listener = listener;
    this.#turns.enable();
  }

  /** Does one thing; what it returns is what was seen, in words. A failed step ends the scenario: it throws. */
  async step(name: string, act: () => Promise<string>): Promise<void> {
    this.#listener.onStepBegin?.(name);
    const begin = monotonicMs();
    const finish = (ok: boolean, detail: string): void => {
      const step: StepResult = { name, ok, detail, ms: Math.round(monotonicMs() - begin) };
      this.steps.push(step);
      this.#listener.onStep?.(step);
    };
    let detail: string;
    try {
      detail = await this.#watched(act());
    } catch (error) {
      finish(false, (error as Error).message);
      throw error;
    }
    finish(true, detail);
  }

  /** Nobody needs to wait for something that cannot come any more, because a process it depends on has ended. */
  async #watched<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const broken = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const complaints = this.lab.complaints();
        if (complaints.length > 0) reject(new LabError("command-failed", complaints.join("; ")));
      }, 100);
    });
    try {
      return await Promise.race([work, broken]);
    } finally {
      clearInterval(timer);
    }
  }

  /** Does something to the lab and measures what it costs the client. */
  async fault(fault: Fault): Promise<FaultMeasurement> {
    const { lab } = this;
    const groups = await this.#hold(fault.connections ?? 24);
    const at = monotonicMs();
    if (fault.excused === true) this.excuses.push({ node: fault.node, from: at, to: Number.POSITIVE_INFINITY });
    await fault.act();
    let convergedMs: number | null = null;
    try {
      await lab.waitForNextHops(fault.expected, fault.withinMs ?? 8000);
      convergedMs = this.#convergence(fault.expected, at) ?? monotonicMs() - at;
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== "timeout") throw error;
    }
    await sleep(lab.client === null ? 0 : (fault.observeMs ?? 1000));
    const measurement = this.#measure(fault, at, convergedMs, groups);
    await Promise.all(groups.map((group) => group.release()));
    this.addFault(measurement);
    return measurement;
  }

  /** From now on what the node does not answer is no broken promise, until the returned function is called. */
  excuse(node: string): () => void {
    const excuse: Excuse = { node, from: monotonicMs(), to: Number.POSITIVE_INFINITY };
    this.excuses.push(excuse);
    return () => {
      const index = this.excuses.indexOf(excuse);
      if (index >= 0) this.excuses[index] = { ...excuse, to: monotonicMs() };
    };
  }

  /** Adds a measurement that was made elsewhere. */
  addFault(measurement: FaultMeasurement): void {
    this.faults.push(measurement);
    this.#listener.onFault?.(measurement);
  }

  /** What was seen from the router so far; null in loopback mode. */
  observation(): Observation | null {
    const { vantage, plan } = this.lab;
    if (vantage === null || !this.lab.router.installsRoutes) return null;
    return {
      vips: plan.vips,
      readings: vantage.readings,
      probes: vantage.probes,
      nodeOf: (via) => nodeOfNextHop(plan, via),
      until: monotonicMs(),
      excuses: this.excuses,
    };
  }

  /** Checks what holds in every scenario, and that everything still runs that should. */
  async finish(): Promise<void> {
    const observation = this.observation();
    if (observation !== null) {
      this.broken.push(...checkAnswersWhileAnnounced(observation), ...checkAnsweredByItself(observation));
    }
    await this.step("everything that should run still runs", async () => {
      const complaints = this.lab.complaints();
      if (complaints.length > 0) throw new LabError("command-failed", complaints.join("; "));
      return this.broken.length === 0 ? "no promise broken" : `${this.broken.length} promises broken`;
    });
  }

  /** The result so far. */
  async result(scenario: Scenario): Promise<LabResult> {
    const { lab } = this;
    const failed = this.steps.some((step) => !step.ok);
    this.#turns.disable();
    const answers: Record<string, number> = Object.fromEntries(lab.nodes.map((node) => [node.name, 0]));
    for (const { answer } of lab.client?.probes ?? [])
      if (answer !== null) answers[answer] = (answers[answer] ?? 0) + 1;
    return {
      scenario: scenario.name,
      ok: !failed && this.broken.length === 0,
      mode: lab.mode,
      modeReason: lab.modeReason,
      router: { kind: lab.router.kind, version: await lab.router.version() },
      nodes: lab.nodes.map((node) => node.name),
      vips: lab.plan.vips,
      sessions: await lab.router.sessions().catch(() => []),
      steps: this.steps,
      faults: this.faults,
      promisesBroken: this.broken,
      seed: this.seed,
      counts: this.counts,
      chaos: this.chaos,
      answers,
      lateMs: Math.max(0, Math.round(this.#turns.max / 1e6 - turnMs)),
      durationMs: Math.round(monotonicMs() - this.#begin),
    };
  }

  async #hold(count: number): Promise<readonly HeldGroup[]> {
    const { client, plan } = this.lab;
    if (client === null) return [];
    return Promise.all(plan.vips.map((vip) => client.hold(vip, count)));
  }

  /** From the fault to the first reading after which every VIP kept the expected next hops, or null without readings. */
  #convergence(expected: readonly string[], at: number): number | null {
    const observation = this.observation();
    if (observation === null) return null;
    const wanted = [...expected].sort().join(" ");
    const settled = observation.vips.map((vip) => {
      const readings = observation.readings.filter((reading) => reading.vip === vip && reading.at >= at);
      const right = readings.find((reading) => reading.nextHops.map(observation.nodeOf).sort().join(" ") === wanted);
      return right === undefined ? null : right.at - at;
    });
    const times = settled.filter((time) => time !== null);
    return times.length === 0 ? null : Math.max(...times);
  }

  #measure(fault: Fault, at: number, convergedMs: number | null, groups: readonly HeldGroup[]): FaultMeasurement {
    const { lab } = this;
    const { client, plan } = lab;
    const to = monotonicMs();
    const outage = client === null ? null : worstOutage(plan.vips.map((vip) => measureOutage(client.of(vip), at, to)));
    const connections = groups.flatMap((group) => group.connections);
    const broken = groups.flatMap((group) => group.broken());
    return {
      fault: fault.name,
      node: fault.node,
      outageMs: outage === null ? null : round(outage.outageMs),
      longestGapMs: outage === null ? null : round(outage.longestGapMs),
      convergedMs: convergedMs === null ? null : round(convergedMs),
      probes: outage?.probes ?? 0,
      probesFailed: outage?.failed ?? 0,
      probeErrors: outage?.errors ?? {},
      probesUnexplained: unexplainedFailures(client?.probes ?? [], lab.vantage?.gaps ?? [], at, to).length,
      connections: connections.length,
      connectionsReset: broken.length,
      connectionsResetElsewhere: broken.filter((connection) => connection.answer !== fault.node).length,
    };
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
