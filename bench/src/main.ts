import { type Case, type Figure, measure } from "./harness.ts";

const cases: readonly Case[] = [
  { name: "startup", unit: "ms", file: "startup.js", isolated: true },
  { name: "memory", unit: "MB", file: "memory.js", isolated: true },
  { name: "sizes", unit: "kB", file: "sizes.js", isolated: false, runs: 1 },
];

const usage = "usage: bench [--only NAME[,NAME]] [--runs N] [--json]";

function parse(args: readonly string[]): { only: readonly string[]; runs: number; json: boolean } {
  let only = cases.map(({ name }) => name);
  let runs = 10;
  let json = false;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    if (arg === "--json") json = true;
    else if (arg === "--only") only = (args[++index] ?? "").split(",");
    else if (arg === "--runs") runs = Number(args[++index]);
    else throw new Error(`unknown argument ${arg}`);
  }
  const unknown = only.filter((name) => !cases.some((entry) => entry.name === name));
  if (unknown.length > 0)
    throw new Error(`no case ${unknown.join(", ")}; there are ${cases.map(({ name }) => name).join(", ")}`);
  if (!Number.isInteger(runs) || runs < 1 || runs > 1000) throw new Error("--runs takes a whole number from 1 to 1000");
  return { only, runs, json };
}

function show(figure: Figure): string {
  const spread = figure.runs > 1 ? `  (${figure.min} … ${figure.max}, ${figure.runs} runs)` : "";
  return `${figure.case.padEnd(10)} ${figure.impl.padEnd(44)} ${String(figure.median).padStart(10)} ${figure.unit}${spread}`;
}

async function main(): Promise<void> {
  const { only, runs, json } = parse(process.argv.slice(2));
  for (const entry of cases.filter(({ name }) => only.includes(name)))
    for (const figure of await measure(entry, runs)) console.log(json ? JSON.stringify(figure) : show(figure));
}

main().catch((error: Error) => {
  console.error(`${error.message}\n${usage}`);
  process.exitCode = 2;
});
