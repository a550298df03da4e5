import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** One figure of one case. `median`, `min` and `max` are in `unit` over `runs` child processes. */
export interface Figure {
  readonly case: string;
  readonly impl: string;
  readonly unit: "ms" | "MB" | "kB" | "sessions" | "% CPU" | "UPDATEs";
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** A value in the case's unit, or one in another. */
type Sample = number | { readonly value: number; readonly unit: Figure["unit"] };

/** A case runs in a child process of its own, once per run, and prints one JSON object: `{ [impl]: value }`. */
export interface Case {
  readonly name: string;
  readonly unit: Figure["unit"];
  /** Compiled file beside this one, run as `node file`. */
  readonly file: string;
  /** Wraps the child in a network namespace of its own, with 10.0.0.1 and 10.0.0.254 on `lo`: `unshare -rn` when not root. */
  readonly isolated: boolean;
  /** Runs that suffice where they take seconds, or do not vary. */
  readonly runs?: number;
}

/** The middle value; the mean of the two middle ones for an even count. `values` must not be empty. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs one case `runs` times and folds what its children print. Rejects with the child's stderr when one fails. */
export async function measure(entry: Case, runs: number): Promise<Figure[]> {
  const samples = new Map<string, number[]>();
  const units = new Map<string, Figure["unit"]>();
  for (let run = 0; run < (entry.runs ?? runs); run++) {
    const line = await runChild(entry);
    for (const [impl, sample] of Object.entries(JSON.parse(line) as Record<string, Sample>)) {
      const values = samples.get(impl) ?? [];
      values.push(typeof sample === "number" ? sample : sample.value);
      units.set(impl, typeof sample === "number" ? entry.unit : sample.unit);
      samples.set(impl, values);
    }
  }
  return [...samples].map(([impl, values]) => ({
    case: entry.name,
    impl,
    unit: units.get(impl) ?? entry.unit,
    median: round(median(values)),
    min: round(Math.min(...values)),
    max: round(Math.max(...values)),
    runs: values.length,
  }));
}

function runChild(entry: Case): Promise<string> {
  const file = fileURLToPath(new URL(`./cases/${entry.file}`, import.meta.url));
  const command = entry.isolated
    ? [
        "unshare",
        ...(process.getuid?.() === 0 ? ["-n"] : ["-rn"]),
        "sh",
        "-c",
        'ip link set lo up && ip address add 10.0.0.1/32 dev lo && ip address add 10.0.0.254/32 dev lo && exec "$0" "$@"',
        process.execPath,
        file,
      ]
    : [process.execPath, file];
  return new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const line = stdout.trim().split("\n").at(-1) ?? "";
      // What it could not measure, it says.
      if (code === 0 && stderr !== "") process.stderr.write(stderr);
      if (code === 0 && line.startsWith("{")) resolve(line);
      else reject(new Error(`${entry.name}: ended with ${code}: ${stderr.trim() || stdout.trim()}`));
    });
  });
}

/** To two decimals, as all figures are shown. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
