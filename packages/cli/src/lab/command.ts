import { fileURLToPath } from "node:url";
import type { RouterKind, Scenario, ScenarioName, ScenarioOptions } from "@vipcast/lab";
import { parseCommandLine } from "../arguments/parse.ts";
import type { Parsed } from "../arguments/problem.ts";
import { accept, problemSentence, refuse, shown } from "../arguments/problem.ts";
import { ArgumentReader } from "../arguments/reader.ts";
import { didYouMean } from "../arguments/suggest.ts";
import { parseInteger } from "../values/numbers.ts";
import { labVerb } from "./verb.ts";

const routers: readonly RouterKind[] = ["embedded", "bird", "frr"];

/** Runs `vipcast lab`. */
export async function run(argv: readonly string[]): Promise<number> {
  const line = parseCommandLine(labVerb, argv);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return 0;
  }
  const { runLab, scenarios } = await import("@vipcast/lab");
  const names = Object.keys(scenarios) as ScenarioName[];
  const reader = new ArgumentReader(line.raw);
  for (const word of line.raw.operands)
    reader.report(`vipcast lab ${shown(word)}`, "takes no operand", "leave it out, and see vipcast lab --help");
  const nodes = reader.one("nodes", (text) => parseInteger(text, 1, 32, "the number of nodes", "--nodes 3"), 3);
  const router = reader.one("router", oneOf("router", routers), "embedded" as const);
  const scenario = reader.one("scenario", oneOf("scenario", names), "demo" as const);
  const seed = reader.one("seed", (text) => parseInteger(text, 0, 4294967295, "the seed", "--seed 7"), null);
  const seconds = reader.one(
    "seconds",
    (text) => parseInteger(text, 1, 3600, "the time of faults", "--seconds 60"),
    null,
  );
  const times = reader.one(
    "times",
    (text) => parseInteger(text, 1, 100_000, "how often the fault is made", "--times 20"),
    null,
  );
  for (const option of ["seed", "seconds", "times"] as const)
    if (reader.has(option) && !takes(scenarios[scenario], option)) {
      const able = names.filter((name) => takes(scenarios[name], option));
      const remedy = `leave it out, or choose --scenario ${able.join(" or ")}`;
      reader.report(`--${option}`, `means nothing to the scenario ${scenario}`, remedy);
    }
  if (reader.has("shell"))
    for (const option of ["scenario", "seed", "seconds", "times", "json"])
      if (reader.has(option)) reader.report(`--${option}`, "means nothing to a shell", "leave one of them out");
  const problems = [...line.problems, ...reader.problems];
  if (problems.length > 0) {
    for (const problem of problems) process.stderr.write(`${problemSentence(problem)}\n`);
    return 2;
  }
  if (reader.has("shell")) {
    const { runShell } = await import("./shell.ts");
    return runShell({ nodes, router, nodeCommand: [process.execPath, executable()] });
  }
  const { exitCode } = await runLab({
    nodes,
    router,
    scenario,
    json: reader.has("json"),
    ...(seed === null ? {} : { seed }),
    ...(seconds === null ? {} : { seconds }),
    ...(times === null ? {} : { times }),
    nodeCommand: [process.execPath, executable()],
  });
  return exitCode;
}

/** The nodes of the lab run this very command; `bin` lies beside the folder of this file both when compiled and when bundled. */
function executable(): string {
  return process.argv[1] ?? fileURLToPath(new URL("../bin/vipcast.js", import.meta.url));
}

function takes(scenario: Scenario, option: keyof ScenarioOptions): boolean {
  return scenario.takes?.includes(option) === true;
}

function oneOf<T extends string>(what: string, names: readonly T[]): (text: string) => Parsed<T> {
  return (text) => {
    const name = names.find((candidate) => candidate === text);
    return name === undefined ? refuse(`is no ${what} of the lab`, didYouMean(text, names)) : accept(name);
  };
}
