import { toHex } from "../../src/bytes/hex.ts";
import { mutate, mutateOctets } from "./mutate.ts";
import type { Random } from "./random.ts";
import { Broken } from "./target.ts";

/** What an input did that it must not. */
export interface Finding {
  /** The broken promise, or where something was thrown: findings of one kind are one finding. */
  readonly kind: string;
  readonly detail: string;
  readonly input: Uint8Array;
}

export interface FuzzerOptions {
  /** Runs an input; returns what could be seen of it, as short texts. Throws when a promise is broken. */
  readonly execute: (input: Uint8Array) => readonly string[];
  readonly random: Random;
  /** Whether the last input reached code that none reached before. */
  readonly reachedNew?: () => boolean;
  /** Told of every input before it is run, so that one that never ends is known. */
  readonly starting?: (input: Uint8Array) => void;
  /** Told of every input that is worth keeping. */
  readonly kept?: (input: Uint8Array) => void;
  /** Milliseconds on a monotonic clock. */
  readonly clock: () => number;
}

/** The longest an input may take, in milliseconds, the best of ten more runs: other processes want the machine as well. */
export const slowMs = 100;

/** Octets of an input at most: a message and a little of the next; rarely an extended one, which takes that much longer. */
const maxInput = 4500;
const maxLongInput = 70_000;

/**
 * Mutates inputs that did something new, again and again. Something new is a feature (a text `execute` returns) that no input
 * had before, or code that never ran before.
 */
export class Fuzzer {
  executions = 0;
  readonly corpus: Uint8Array[] = [];
  readonly findings: Finding[] = [];
  readonly #options: FuzzerOptions;
  readonly #features = new Set<string>();
  readonly #kinds = new Set<string>();

  constructor(options: FuzzerOptions) {
    this.#options = options;
  }

  /** How many different features were seen. */
  get features(): number {
    return this.#features.size;
  }

  /** Runs an input that is already in the corpus, or begins it. */
  seed(input: Uint8Array): void {
    if (this.#run(input)) this.corpus.push(input);
  }

  /** Runs `count` mutants. Needs a corpus. */
  round(count: number): void {
    const { random, kept } = this.#options;
    for (let i = 0; i < count; i++) {
      const limit = random.oneIn(200) ? maxLongInput : maxInput;
      const mutant = mutate(this.#choose(), this.#choose(), random).slice(0, limit);
      if (!this.#run(mutant)) continue;
      this.corpus.push(mutant);
      kept?.(mutant);
    }
  }

  /** The shortest of a few, for short ones are quick; among them one found last, for it is next to what is still unknown. */
  #choose(): Uint8Array {
    const { corpus } = this;
    const { random } = this.#options;
    let chosen = corpus[corpus.length - 1 - random.below(Math.min(corpus.length, 64))]!;
    for (let i = random.below(5); i > 0; i--) {
      const other = random.pick(corpus);
      if (other.length < chosen.length) chosen = other;
    }
    return chosen;
  }

  /** True when the input did something new. */
  #run(input: Uint8Array): boolean {
    const { starting, clock, reachedNew } = this.#options;
    starting?.(input);
    this.executions++;
    const began = clock();
    const outcome = this.#attempt(input);
    if (clock() - began > slowMs && this.#quickest(input) > slowMs) {
      this.#report({ kind: "slow", detail: `takes more than ${slowMs} ms`, input });
    }
    if ("kind" in outcome) {
      this.#report(this.#smaller(outcome));
      return false;
    }
    const before = this.#features.size;
    for (const feature of outcome) this.#features.add(feature);
    const reached = reachedNew?.() === true;
    return reached || this.#features.size !== before;
  }

  #attempt(input: Uint8Array): readonly string[] | Finding {
    try {
      return this.#options.execute(input);
    } catch (error) {
      return { ...describe(error), input };
    }
  }

  #quickest(input: Uint8Array): number {
    const { clock } = this.#options;
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 10; i++) {
      const began = clock();
      this.#attempt(input);
      best = Math.min(best, clock() - began);
    }
    return best;
  }

  #report(finding: Finding): void {
    if (this.#kinds.has(finding.kind)) return;
    this.#kinds.add(finding.kind);
    this.findings.push(finding);
  }

  /** The same finding with fewer octets, as far as a few hundred attempts lead. */
  #smaller(finding: Finding): Finding {
    if (this.#kinds.has(finding.kind)) return finding;
    let best = finding;
    for (let attempt = 0; attempt < 500; attempt++) {
      const candidate = mutateOctets(best.input, this.#options.random);
      if (candidate.length >= best.input.length || candidate.length === 0) continue;
      const outcome = this.#attempt(candidate);
      if ("kind" in outcome && outcome.kind === finding.kind) best = outcome;
    }
    return best;
  }
}

function describe(error: unknown): { kind: string; detail: string } {
  if (error instanceof Broken) return { kind: error.promise, detail: error.message };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const [first = "", second = ""] = text.split("\n");
  return { kind: `throws ${first.replace(/\d+/g, "N")}${second.replace(/\(.*\//, " (")}`, detail: text };
}

/** What a finding's file says: enough to run it again. */
export function findingText({ kind, detail, input }: Finding): string {
  const hex = toHex(input);
  return [
    `# ${kind}`,
    ...detail.split("\n").map((line) => `# ${line}`),
    "# The first octet says what the session had negotiated (test/fuzz/input.ts), the rest is what the peer sent.",
    `# Again: npx pnpm@10 fuzz --replay ${hex.length > 200 ? "THIS_FILE" : hex}`,
    hex,
    "",
  ].join("\n");
}
