import { LabError, type LabErrorCode } from "../errors.ts";
import { Lab } from "../lab.ts";
import type { RouterKind } from "../router/router.ts";
import { checkScenarioOptions } from "../scenario/options.ts";
import { type ScenarioName, scenarios } from "../scenario/registry.ts";
import type { LabMode, LabResult } from "../scenario/result.ts";
import { type Scenario, type ScenarioOptions, ScenarioRun } from "../scenario/run.ts";
import { maxNodes } from "../topology/plan.ts";
import { GuardedOutput } from "./guarded-output.ts";
import type { LabOutput } from "./output.ts";
import { JsonView, LiveView, PlainView, type View } from "./view.ts";

/** What `runLab` is told. */
export interface RunLabOptions {
  /** 1..32 nodes. Default 3. */
  readonly nodes?: number;
  /** Default `embedded`. */
  readonly router?: RouterKind;
  /** Default `demo`. */
  readonly scenario?: ScenarioName;
  /** The executable and first arguments of a node, for example `[process.execPath, "/…/bin/vipcast.js"]`; `announce …` is appended. */
  readonly nodeCommand: readonly string[];
  /** For a scenario that takes it: 0..4294967295 decides what is left to chance. Default a random one, which the result names. */
  readonly seed?: number;
  /** For a scenario that takes it: how long faults are made, 1..3600. */
  readonly seconds?: number;
  /** For a scenario that takes it: how often the fault is made, 1..100000. */
  readonly times?: number;
  /** VIPs as prefixes. Default what the scenario wants, else `192.0.2.10/32` and `2001:db8::10/128`. */
  readonly vips?: readonly string[];
  /** Print one JSON object, the `LabResult`, and nothing else. */
  readonly json?: boolean;
  /** Default `process.stdout`. */
  readonly output?: LabOutput;
  /** Where errors and their remedies go. Default `process.stderr`. */
  readonly errorOutput?: LabOutput;
  /** Default `auto`: namespaces where they are allowed, else loopback, said in words. */
  readonly mode?: LabMode | "auto";
  /** Take SIGINT, SIGTERM and SIGHUP while the lab runs and tear it down on them. Default true. */
  readonly handleSignals?: boolean;
  /** Tears the lab down when aborted. */
  readonly signal?: AbortSignal;
}

/** How `runLab` ended. */
export interface LabRun {
  /**
   * 0 all well; 1 a step failed or a promise was broken; 2 wrong usage or a missing program; 128 + n when signal n ended it, also
   * 141 (SIGPIPE) when nobody reads the output any more.
   */
  readonly exitCode: number;
  /** Null when the scenario did not come to its end. */
  readonly result: LabResult | null;
}

/** 128 + SIGPIPE, as a shell shows a program whose reader went away. */
const readerGone = 141;
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Errors that are about what was asked for, not about what happened. */
const usageErrors: readonly LabErrorCode[] = [
  "tool-missing",
  "router-missing",
  "bad-option",
  "unsupported",
  "namespaces-forbidden",
];

/** Builds a lab, runs one scenario in it with a view on `output`, and removes everything again. Never rejects: errors are printed and give an exit code. */
export async function runLab(options: RunLabOptions): Promise<LabRun> {
  const abort = new AbortController();
  let signalled = 130;
  const onSignal = (name: keyof typeof signalNumbers): void => {
    signalled = 128 + signalNumbers[name];
    abort.abort();
  };
  const names = options.handleSignals === false ? [] : (Object.keys(signalNumbers) as (keyof typeof signalNumbers)[]);
  // `once`: a second Ctrl-C ends this process at once, and the kernel removes the lab.
  for (const name of names) process.once(name, onSignal);
  const onAbort = (): void => abort.abort();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted === true) abort.abort();
  const output = new GuardedOutput(options.output ?? process.stdout, () => {
    signalled = readerGone;
    abort.abort();
  });
  const errorOutput = new GuardedOutput(options.errorOutput ?? process.stderr);
  const view =
    options.json === true ? new JsonView(output) : output.isTTY ? new LiveView(output) : new PlainView(output);
  try {
    const result = await runScenario(options, view, errorOutput, abort.signal);
    return { exitCode: output.gone ? readerGone : result.ok ? 0 : 1, result };
  } catch (error) {
    view.close();
    if (abort.signal.aborted) return { exitCode: signalled, result: null };
    const usage = error instanceof LabError && usageErrors.includes(error.code);
    errorOutput.write(`vipcast lab: ${(error as Error).message}\n`);
    return { exitCode: usage ? 2 : 1, result: null };
  } finally {
    view.close();
    await Promise.all([output.release(), errorOutput.release()]);
    for (const name of names) process.removeListener(name, onSignal);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

async function runScenario(
  options: RunLabOptions,
  view: View,
  errorOutput: LabOutput,
  signal: AbortSignal,
): Promise<LabResult> {
  const { scenario, scenarioOptions } = check(options);
  const lab = await Lab.start({
    nodeCommand: options.nodeCommand,
    nodes: options.nodes ?? 3,
    router: options.router ?? "embedded",
    mode: options.mode ?? "auto",
    signal,
    ...scenario.lab,
    ...(options.vips === undefined ? {} : { vips: options.vips }),
  });
  try {
    if (lab.mode === "namespaces" && !lab.router.installsRoutes)
      throw new LabError(
        "unsupported",
        `router ${lab.router.kind} installs no routes here, so no client can reach a node: run as root, or choose another router`,
      );
    const title = `vipcast lab: ${scenario.name} (${scenario.summary})`;
    view.begin(lab, title);
    const run = new ScenarioRun(lab, view, scenarioOptions);
    // Whatever the scenario waits for, the end of the lab ends the wait.
    const ended = lab.sandbox.ended.then((reason) => {
      throw new LabError("lab-ended", reason);
    });
    await Promise.race([perform(scenario, run), ended]);
    const result = await Promise.race([run.result(scenario), ended]);
    view.end(result);
    if (!result.ok) reportLogs(lab, errorOutput);
    return result;
  } finally {
    await lab.close();
  }
}

/** A failed step is part of the result; the promises are checked all the same. */
async function perform(scenario: Scenario, run: ScenarioRun): Promise<void> {
  try {
    await scenario.run(run);
  } catch (error) {
    if (run.steps.at(-1)?.ok !== false) throw error;
  }
  await run.finish().catch((error: unknown) => {
    if (run.steps.at(-1)?.ok !== false) throw error;
  });
}

function check(options: RunLabOptions): { scenario: Scenario; scenarioOptions: ScenarioOptions } {
  const name = options.scenario ?? "demo";
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
  if (scenario === undefined)
    throw new LabError("bad-option", `unknown scenario ${name}; choose one of ${Object.keys(scenarios).join(", ")}`);
  const nodes = options.nodes ?? 3;
  if (!Number.isInteger(nodes) || nodes < scenario.minimumNodes || nodes > maxNodes)
    throw new LabError(
      "bad-option",
      `scenario ${name} takes ${scenario.minimumNodes} to ${maxNodes} nodes, not ${nodes}`,
    );
  if (options.nodeCommand.length === 0) throw new LabError("bad-option", "the lab needs the command of a node");
  return { scenario, scenarioOptions: checkScenarioOptions(scenario, options) };
}

/** After a failure: what the routers and the nodes said last. */
function reportLogs(lab: Lab, output: LabOutput): void {
  for (const line of lab.router.log().slice(-10)) output.write(`router: ${line}\n`);
  for (const node of lab.nodes) for (const line of node.log.slice(-3)) output.write(`${node.name}: ${line}\n`);
}
