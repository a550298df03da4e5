import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { median, round } from "../harness.ts";
import { buildGobgp } from "./gobgp.ts";
import type { Tally } from "./operations.ts";
import { makeSets, type UpdateSet } from "./sets.ts";

/** One operation on one set by one implementation. Times are of one pass over the set. */
export interface CodecFigure {
  readonly case: "codec";
  readonly set: string;
  readonly op: "decode" | "visit" | "retain" | "encode";
  readonly impl: string;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Processor time of all threads, the collector's among them: what a busy machine disturbs least. */
  readonly medianCpuMs: number;
  readonly messagesPerSecond: number;
  readonly prefixesPerSecond: number;
  readonly bytesPerMessage: number;
  /** How many times faster than GoBGP's median, its runs lying between ours; null without a comparison. */
  readonly ratioToGobgp: number | null;
  /** The same of processor time. */
  readonly cpuRatioToGobgp: number | null;
  /** Allocated in one pass, per message. */
  readonly heapBytesPerMessage: number;
  readonly runs: number;
}

interface Sample extends Tally {
  readonly ms: number;
  readonly cpuMs: number;
  readonly allocated: number;
}

const worker: string = fileURLToPath(new URL("./worker.js", import.meta.url));
const root: string = fileURLToPath(new URL("../../../", import.meta.url));
const fixtures: string = join(process.env.VIPCAST_FIXTURES ?? join(root, "../shared/fixtures"), "mrt");
const ops = ["decode", "visit", "retain", "encode"] as const;
const variants: Readonly<Record<string, { op: CodecFigure["op"]; impl: string }>> = {
  "decode/framed": { op: "decode", impl: "vipcast, framed from 64 KiB chunks" },
  "retain/plain values": { op: "retain", impl: "vipcast, plain values" },
  "encode/prefix objects": { op: "encode", impl: "vipcast, prefix objects" },
};

/** Runs before those that count: the compiler behind JavaScript needs some, and both sides get the same. */
const warmUps = 3;

/** Measures every operation on every set. Says in `note` what is missing on this machine. */
export async function* measureCodec(runs: number, note: (text: string) => void): AsyncGenerator<CodecFigure> {
  const folder = mkdtempSync(join(tmpdir(), "vipcast-codec-"));
  try {
    const gobgp = buildGobgp(join(root, "node_modules/.cache/vipcast-bench"));
    note("missing" in gobgp ? gobgp.missing : `compared with ${gobgp.version}`);
    const { sets, missing } = makeSets(folder, fixtures);
    if (missing !== null) note(missing);
    for (const set of sets) {
      const size = await describe(set);
      for (const op of ops) {
        const impls = new Map([["vipcast", ours(set, op)]]);
        for (const [variant, { op: of, impl }] of Object.entries(variants))
          if (of === op) impls.set(impl, ours(set, variant));
        if ("program" in gobgp) impls.set("gobgp", [gobgp.program, set.file, op, String(set.repeat)]);
        yield* fold(set, op, size, await interleave(impls, runs), await allocations(impls));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ours(set: UpdateSet, operation: string): string[] {
  return [process.execPath, "--expose-gc", worker, set.file, operation, String(set.repeat), String(set.twoOctetFrom)];
}

interface SetSize {
  readonly messages: number;
  readonly prefixes: number;
  readonly bytes: number;
}

async function describe(set: UpdateSet): Promise<SetSize> {
  const child = new Runner(ours({ ...set, repeat: 1 }, "visit"));
  const { messages, prefixes } = await child.run();
  await child.close();
  return { messages, prefixes, bytes: statSync(set.file).size };
}

/** Every implementation in a process of its own, one run of each in turn, so that all of them meet the same load. */
async function interleave(impls: ReadonlyMap<string, string[]>, runs: number): Promise<Map<string, Sample[]>> {
  const children = new Map([...impls].map(([impl, command]) => [impl, new Runner(command)]));
  const samples = new Map<string, Sample[]>([...impls.keys()].map((impl) => [impl, []]));
  try {
    for (let run = -warmUps; run < runs; run++) {
      for (const [impl, child] of children) {
        const sample = await child.run();
        if (run >= 0) samples.get(impl)!.push(sample);
      }
    }
  } finally {
    await Promise.all([...children.values()].map((child) => child.close()));
  }
  return samples;
}

/** Bytes allocated by one pass. Go counts them; V8 does not, so its young generation is made too large to be collected. */
async function allocations(impls: ReadonlyMap<string, string[]>): Promise<Map<string, number>> {
  const bytes = new Map<string, number>();
  for (const [impl, [program, ...args]] of impls) {
    const child = new Runner(
      program === process.execPath
        ? [program, "--min-semi-space-size=1024", "--max-semi-space-size=1024", ...args.with(-2, "1")]
        : [program!, ...args],
    );
    for (let run = 0; run < warmUps; run++) await child.run();
    bytes.set(impl, (await child.run()).allocated);
    await child.close();
  }
  return bytes;
}

function fold(
  set: UpdateSet,
  op: CodecFigure["op"],
  size: SetSize,
  samples: ReadonlyMap<string, readonly Sample[]>,
  allocated: ReadonlyMap<string, number>,
): CodecFigure[] {
  const theirs = samples.get("gobgp");
  const seen = new Set(
    [...samples.values()].flat().map((sample) => `${sample.prefixes}/${sample.attributes}/${sample.sum}`),
  );
  if (seen.size > 1) throw new Error(`${op} of ${set.name}: the implementations read ${[...seen].join(" and ")} in it`);
  return [...samples].map(([impl, runs]) => {
    const times = runs.map(({ ms }) => ms);
    const medianMs = median(times);
    const medianCpuMs = median(runs.map(({ cpuMs }) => cpuMs));
    return {
      case: "codec",
      set: set.name,
      op,
      impl,
      medianMs: round(medianMs),
      minMs: round(Math.min(...times)),
      maxMs: round(Math.max(...times)),
      medianCpuMs: round(medianCpuMs),
      messagesPerSecond: Math.round((size.messages / medianMs) * 1000),
      prefixesPerSecond: Math.round((size.prefixes / medianMs) * 1000),
      bytesPerMessage: round(size.bytes / size.messages),
      ratioToGobgp: theirs === undefined ? null : round(median(theirs.map(({ ms }) => ms)) / medianMs),
      cpuRatioToGobgp: theirs === undefined ? null : round(median(theirs.map(({ cpuMs }) => cpuMs)) / medianCpuMs),
      heapBytesPerMessage: Math.round(allocated.get(impl)! / size.messages),
      runs: runs.length,
    };
  });
}

/** A child that makes one run for each line it is given. */
class Runner {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<string>;

  constructor([program, ...args]: readonly string[]) {
    this.#child = spawn(program!, args);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    let stderr = "";
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) =>
        resolve(`${program} ${args.join(" ")} ended with ${signal ?? code}: ${stderr.trim()}`),
      );
    });
    // A child that is gone is noticed by the missing line, with its own words.
    this.#child.stdin.on("error", () => {});
  }

  async run(): Promise<Sample> {
    this.#child.stdin.write("run\n");
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(await this.#ended);
    return JSON.parse(value) as Sample;
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}
