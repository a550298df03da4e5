import { cpus, loadavg } from "node:os";
import { type CodecFigure, measureCodec } from "./codec/run.ts";
import { type Case, type Figure, measure } from "./harness.ts";
import { record } from "./record.ts";

const cases: readonly Case[] = [
  { name: "startup", unit: "ms", file: "startup.js", isolated: true },
  { name: "import", unit: "ms", file: "import.js", isolated: false },
  { name: "memory", unit: "MB", file: "memory.js", isolated: true },
  { name: "frozen-peer", unit: "ms", file: "frozen-peer.js", isolated: true, runs: 5 },
  { name: "stalled-loop", unit: "sessions", file: "stalled-loop.js", isolated: true, runs: 3 },
  { name: "apply", unit: "ms", file: "apply.js", isolated: true, runs: 5 },
  { name: "apply-many", unit: "ms", file: "apply-many.js", isolated: true, runs: 5 },
  { name: "apply-many-updates", unit: "UPDATEs", file: "apply-many-updates.js", isolated: true, runs: 3 },
  { name: "apply-many-memory", unit: "MB", file: "apply-many-memory.js", isolated: true, runs: 3 },
  { name: "receive", unit: "ms", file: "receive.js", isolated: false, runs: 1 },
  { name: "announce", unit: "ms", file: "announce.js", isolated: false, runs: 1 },
  { name: "idle", unit: "ms", file: "idle.js", isolated: false, runs: 1 },
  { name: "together", unit: "ms", file: "together.js", isolated: false, runs: 1 },
  { name: "crowd", unit: "ms", file: "crowd.js", isolated: false, runs: 1 },
  { name: "sizes", unit: "kB", file: "sizes.js", isolated: false, runs: 1 },
];
const names: readonly string[] = ["codec", ...cases.map(({ name }) => name)];

/** Several cases under one name. */
const groups: Readonly<Record<string, readonly string[]>> = {
  scale: ["receive", "announce", "idle", "together", "crowd"],
};

const usage = "usage: bench [--only NAME[,NAME]] [--runs N] [--json] [--record]";

interface Options {
  readonly only: readonly string[];
  /** Undefined: as many as suit the case. */
  readonly runs: number | undefined;
  readonly json: boolean;
  /** Write the figures to `docs/benchmarks.json` and `docs/benchmarks.md` as well. */
  readonly record: boolean;
}

function parse(args: readonly string[]): Options {
  let only = names;
  let runs: number | undefined;
  let json = false;
  let keep = false;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    if (arg === "--json") json = true;
    else if (arg === "--record") keep = true;
    else if (arg === "--only") only = (args[++index] ?? "").split(",").flatMap((name) => groups[name] ?? [name]);
    else if (arg === "--runs") runs = Number(args[++index]);
    else throw new Error(`unknown argument ${arg}`);
  }
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`no case ${unknown.join(", ")}; there are ${[...names, ...Object.keys(groups)].join(", ")}`);
  if (runs !== undefined && (!Number.isInteger(runs) || runs < 1 || runs > 1000))
    throw new Error("--runs takes a whole number from 1 to 1000");
  return { only, runs, json, record: keep };
}

function show(figure: Figure): string {
  const spread = figure.runs > 1 ? `  (${figure.min} … ${figure.max}, ${figure.runs} runs)` : "";
  return `${figure.case.padEnd(12)} ${figure.impl.padEnd(48)} ${String(figure.median).padStart(10)} ${figure.unit}${spread}`;
}

function showCodec(figure: CodecFigure): string {
  const { set, op, impl, medianMs, minMs, maxMs, runs } = figure;
  const ratio = figure.ratioToGobgp === null ? "" : `${figure.ratioToGobgp.toFixed(2)}×`;
  return [
    set.padEnd(16),
    op.padEnd(7),
    impl.padEnd(36),
    `${medianMs.toFixed(2).padStart(9)} ms`,
    ratio.padStart(8),
    `${figure.medianCpuMs.toFixed(2).padStart(9)} ms CPU`,
    (figure.cpuRatioToGobgp === null ? "" : `${figure.cpuRatioToGobgp.toFixed(2)}×`).padStart(8),
    `${(figure.messagesPerSecond / 1e6).toFixed(2).padStart(6)} M UPDATE/s`,
    `${String(figure.heapBytesPerMessage).padStart(6)} B/UPDATE`,
    ` (${minMs} … ${maxMs}, ${runs} runs)`,
  ].join(" ");
}

async function main(): Promise<void> {
  const { only, runs, json, record: keep } = parse(process.argv.slice(2));
  const measured = new Map<string, { notes: string[]; figures: (Figure | CodecFigure)[] }>();
  if (only.includes("codec")) {
    const notes: string[] = [];
    const figures: CodecFigure[] = [];
    measured.set("codec", { notes, figures });
    // What is missing on this machine is no figure.
    const note = (text: string): void => {
      notes.push(text);
      console.error(text);
    };
    for await (const figure of measureCodec(runs ?? 7, note)) {
      figures.push(figure);
      console.log(json ? JSON.stringify(figure) : showCodec(figure));
    }
  }
  for (const entry of cases.filter(({ name }) => only.includes(name))) {
    const figures = await measure(entry, runs ?? 10);
    const load = `the load average was ${loadavg()[0]!.toFixed(1)} when it ended, on ${cpus().length} processors`;
    measured.set(entry.name, { notes: groups["scale"]?.includes(entry.name) ? [load] : [], figures });
    for (const figure of figures) console.log(json ? JSON.stringify(figure) : show(figure));
  }
  if (keep) record(measured);
}

main().catch((error: Error) => {
  console.error(`${error.message}\n${usage}`);
  process.exitCode = 2;
});
