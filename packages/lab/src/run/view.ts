import type { Lab } from "../lab.ts";
import type { LabResult, StepResult } from "../scenario/result.ts";
import type { ScenarioListener } from "../scenario/run.ts";
import type { LabOutput } from "./output.ts";
import { loopbackNotice, seconds, stepLine, summaryLines, topologyLines } from "./text.ts";

/** Shows a running scenario to somebody. */
export interface View extends ScenarioListener {
  /** The lab is built; the scenario begins. */
  begin(lab: Lab, title: string): void;
  /** The scenario ended with a result. */
  end(result: LabResult): void;
  /** Nothing more comes, whatever happened; the terminal is given back. */
  close(): void;
}

/** One object at the end, and nothing before. */
export class JsonView implements View {
  readonly #output: LabOutput;

  constructor(output: LabOutput) {
    this.#output = output;
  }

  begin(): void {}

  end(result: LabResult): void {
    this.#output.write(`${JSON.stringify(result)}\n`);
  }

  close(): void {}
}

/** A line for each thing that happened. */
export class PlainView implements View {
  readonly #output: LabOutput;

  constructor(output: LabOutput) {
    this.#output = output;
  }

  begin(lab: Lab, title: string): void {
    this.#print(title);
    if (lab.modeReason !== null) this.#print(loopbackNotice(lab.modeReason));
    for (const line of topologyLines(lab)) this.#print(line);
  }

  onStep(step: StepResult): void {
    this.#print(stepLine(step));
  }

  end(result: LabResult): void {
    for (const line of summaryLines(result)) this.#print(line);
  }

  close(): void {}

  #print(line: string): void {
    this.#output.write(`${line}\n`);
  }
}

const redrawMs = 120;

/** The state of the whole lab, redrawn in place several times a second. */
export class LiveView implements View {
  readonly #output: LabOutput;
  readonly #steps: StepResult[] = [];
  #lab: Lab | null = null;
  #title = "";
  #running = "";
  #begin = 0;
  #drawn = 0;
  #timer: NodeJS.Timeout | null = null;
  /** Answer counts at the last drawing, to show a rate. */
  #before: { readonly at: number; readonly counts: ReadonlyMap<string, number> } = { at: 0, counts: new Map() };
  readonly #counts = new Map<string, number>();
  #counted = 0;

  constructor(output: LabOutput) {
    this.#output = output;
  }

  begin(lab: Lab, title: string): void {
    this.#lab = lab;
    this.#title = title;
    this.#begin = performance.now();
    this.#output.write("\u001b[?25l");
    if (lab.modeReason !== null) this.#output.write(`${loopbackNotice(lab.modeReason)}\n`);
    this.#timer = setInterval(() => this.#draw(), redrawMs);
    this.#draw();
  }

  onStepBegin(name: string): void {
    this.#running = name;
    this.#draw();
  }

  onStep(step: StepResult): void {
    this.#running = "";
    this.#steps.push(step);
    this.#draw();
  }

  end(result: LabResult): void {
    this.#draw();
    this.#stop();
    for (const line of summaryLines(result)) this.#output.write(`${line}\n`);
  }

  close(): void {
    this.#stop();
  }

  #stop(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#output.write("\u001b[?25h");
  }

  #draw(): void {
    if (this.#timer === null || this.#lab === null) return;
    const width = Math.max(20, (this.#output.columns ?? 80) - 1);
    const height = Math.max(8, (this.#output.rows ?? 24) - 1);
    const lines = this.#lines(this.#lab);
    // What does not fit would scroll and could not be redrawn: the oldest steps give way.
    const head = lines.head.slice(0, height);
    const tail = lines.tail.slice(-Math.max(0, height - head.length));
    const text = [...head, ...(head.length < height ? tail : [])]
      .map((line) => `${clip(line, width)}\u001b[K\n`)
      .join("");
    const up = this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A`;
    this.#drawn = text.split("\n").length - 1;
    this.#output.write(`${up}${text}\u001b[J`);
  }

  #lines(lab: Lab): { readonly head: readonly string[]; readonly tail: readonly string[] } {
    const elapsed = seconds(performance.now() - this.#begin);
    const rates = this.#rates(lab);
    const nodes = lab.nodes.map((node) => {
      const session = [...node.events].reverse().find(({ event }) => event.startsWith("peer."))?.event ?? "-";
      const state = node.announcer?.exit == null ? session.replace("peer.", "session ") : "-";
      const count = this.#counts.get(node.name) ?? 0;
      const bar = "█".repeat(Math.min(20, Math.round((rates.get(node.name) ?? 0) / 15)));
      return `  ${node.name.padEnd(7)} ${node.state.padEnd(11)} ${state.padEnd(20)} ${String(count).padStart(7)} answers ${bar}`;
    });
    const routes = lab.plan.vips.map((vip) => {
      const hops = lab.lastNextHops(vip);
      const words = lab.vantage === null ? "see the steps" : hops.length === 0 ? "no route" : hops.join(" ");
      return `  ${vip.padEnd(20)} → ${words}`;
    });
    const steps = this.#steps.map(stepLine);
    return {
      head: [
        `${this.#title}  ${elapsed}`,
        ...topologyLines(lab),
        ...nodes,
        "  next hops in the router:",
        ...routes,
        "",
      ],
      tail: this.#running === "" ? steps : [...steps, `...  ${this.#running}`],
    };
  }

  /** Answers of each node per second since the last drawing. Counts only what is new. */
  #rates(lab: Lab): ReadonlyMap<string, number> {
    const probes = lab.client?.probes ?? [];
    for (; this.#counted < probes.length; this.#counted++) {
      const answer = probes[this.#counted]?.answer ?? null;
      if (answer !== null) this.#counts.set(answer, (this.#counts.get(answer) ?? 0) + 1);
    }
    const now = performance.now();
    const { at, counts } = this.#before;
    const rates = new Map<string, number>();
    for (const [node, count] of this.#counts) rates.set(node, ((count - (counts.get(node) ?? 0)) * 1000) / (now - at));
    this.#before = { at: now, counts: new Map(this.#counts) };
    return rates;
  }
}

/** Cuts a line to a width; every character here is one column wide. */
function clip(line: string, width: number): string {
  const characters = [...line];
  return characters.length <= width ? line : `${characters.slice(0, width - 1).join("")}…`;
}
