// The fuzzer's two threads. The worker runs inputs; the main thread watches it, because an input that never ends cannot say so
// itself: the worker writes each into shared memory before it runs it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { fixtures } from "../fixtures/fixtures.ts";
import { Blocks } from "./blocks.ts";
import { type Finding, Fuzzer, findingText } from "./fuzzer.ts";
import { inputOf } from "./input.ts";
import { Random } from "./random.ts";
import { execute } from "./target.ts";

interface Options {
  readonly minutes: number;
  readonly seed: number;
  /** Where the corpus and the findings are kept. */
  readonly folder: string;
  readonly fixtures: string;
  /** Hexadecimal, or a file with it; null to fuzz. */
  readonly replay: string | null;
}

interface Shared {
  readonly options: Options;
  readonly input: SharedArrayBuffer;
  /** Executions begun, and octets of the input that runs. */
  readonly state: SharedArrayBuffer;
}

type Progress = {
  readonly done: boolean;
  readonly executions: number;
  readonly features: number;
  readonly blocks: string;
  readonly corpus: number;
  readonly findings: readonly Finding[];
};

/** An input that has not ended after this many milliseconds never will. */
const hangMs = 5000;

function nameOf(input: Uint8Array): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 16);
}

/** The octets in hexadecimal text, `#` comments left out. */
function readInput(text: string): Uint8Array {
  const hex = text.replace(/^#.*$/gm, "");
  const input = fromHex(hex);
  if (input === undefined || input.length === 0) throw new Error(`no octets in hexadecimal: ${text.slice(0, 100)}`);
  return input;
}

function fuzz({ options, input, state }: Shared): void {
  const { minutes, seed, folder } = options;
  const corpus = join(folder, "corpus");
  const memory = new Uint8Array(input);
  const counters = new Int32Array(state);
  const blocks = new Blocks();
  const fuzzer = new Fuzzer({
    execute,
    random: new Random(seed),
    clock: () => performance.now(),
    reachedNew: () => blocks.reachedNew(),
    starting: (bytes) => {
      memory.set(bytes);
      Atomics.store(counters, 1, bytes.length);
      Atomics.add(counters, 0, 1);
    },
    kept: (bytes) => writeFileSync(join(corpus, nameOf(bytes)), `${toHex(bytes)}\n`),
  });
  const report = (done: boolean): void => {
    const { executions, features, findings } = fuzzer;
    const progress: Progress = {
      done,
      executions,
      features,
      blocks: `${blocks.count} of ${blocks.total}`,
      corpus: fuzzer.corpus.length,
      findings,
    };
    parentPort?.postMessage(progress);
  };
  const began = performance.now();
  for (const { bytes, context } of fixtures(options.fixtures)) fuzzer.seed(inputOf(bytes, context));
  for (const file of readdirSync(corpus).sort()) fuzzer.seed(readInput(readFileSync(join(corpus, file), "utf8")));
  let next = 0;
  while (performance.now() - began < minutes * 60_000) {
    fuzzer.round(200);
    if (performance.now() < next) continue;
    next = performance.now() + 1000;
    report(false);
  }
  report(true);
}

function watch(options: Options): void {
  const findings = join(options.folder, "findings");
  for (const folder of ["corpus", "findings"]) mkdirSync(join(options.folder, folder), { recursive: true });
  const shared: Shared = {
    options,
    input: new SharedArrayBuffer(1 << 17),
    state: new SharedArrayBuffer(8),
  };
  const counters = new Int32Array(shared.state);
  const began = performance.now();
  let latest: Progress | null = null;
  let written = 0;
  const write = (finding: Finding): void => {
    written++;
    const file = join(findings, `${nameOf(finding.input)}.txt`);
    writeFileSync(file, findingText(finding));
    console.log(`FINDING ${finding.kind}\n  ${finding.detail.split("\n").slice(0, 4).join("\n  ")}\n  ${file}`);
  };
  const line = ({ executions, features, blocks, corpus }: Progress): string => {
    const seconds = (performance.now() - began) / 1000;
    const rate = Math.round(executions / seconds);
    return `${seconds.toFixed(0)} s: ${executions} executions, ${rate} per second, ${features} features, ${blocks} blocks, corpus ${corpus}, findings ${written}`;
  };
  console.log(`fuzzing for ${options.minutes} minutes, seed ${options.seed}, in ${options.folder}`);
  const worker = new Worker(new URL(import.meta.url), { workerData: shared });
  const finish = (): void => {
    clearInterval(watchdog);
    if (latest !== null) console.log(line(latest));
    process.exitCode = written > 0 ? 1 : 0;
  };
  let shown = 0;
  worker.on("message", (progress: Progress) => {
    latest = progress;
    for (const finding of progress.findings.slice(written)) write(finding);
    if (progress.done) finish();
    else if (performance.now() - shown > 10_000) {
      shown = performance.now();
      console.log(line(progress));
    }
  });
  worker.on("error", (error) => {
    console.error(error);
    clearInterval(watchdog);
    process.exitCode = 1;
  });
  let executed = -1;
  const watchdog = setInterval(() => {
    const now = Atomics.load(counters, 0);
    if (now !== executed || now === 0) {
      executed = now;
      return;
    }
    const input = new Uint8Array(shared.input).slice(0, Atomics.load(counters, 1));
    write({ kind: "hangs", detail: `does not end within ${hangMs} ms`, input });
    worker.terminate().then(finish, finish);
  }, hangMs);
}

function replay(from: string): void {
  let input: Uint8Array;
  try {
    input = readInput(existsSync(from) ? readFileSync(from, "utf8") : from);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
    return;
  }
  const began = performance.now();
  console.log(
    `${toHex(input)}\n${execute(input).join(" ")}\n${(performance.now() - began).toFixed(1)} ms, no promise broken`,
  );
}

if (!isMainThread) fuzz(workerData as Shared);
else {
  const options = JSON.parse(process.argv[2] ?? "{}") as Options;
  if (options.replay === null) watch(options);
  else replay(options.replay);
}
