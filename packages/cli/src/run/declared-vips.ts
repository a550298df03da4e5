import { renameSync } from "node:fs";
import { join } from "node:path";
import type { DesiredVip } from "@vipcast/announcer";
import { makeFolder, writeFileAtomically } from "@vipcast/linux";
import type { WeightFrom } from "../announce/watch-weight.ts";
import { configSentence } from "../config/problem.ts";
import { problemsOf } from "../config/problems-of.ts";
import { buildVip } from "../config/read-config.ts";
import { list, section } from "../config/schema/field.ts";
import { vipSchema } from "../config/schema/vip.ts";
import { readOneFile } from "../config/sources.ts";
import type { Configured } from "../reload/plan-reload.ts";

/** A virtual IP that was declared over the control API. */
export interface DeclaredVip {
  readonly vip: DesiredVip;
  readonly weightFrom: WeightFrom | null;
  /** As it was written, with its prefix: an item of `vips`. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Also after a restart of the daemon. */
  readonly persisted: boolean;
}

/** A check may have a token in its headers. */
const fileMode = 0o600;

const fileSchema = section("virtual IPs that were declared over the control API", {
  vips: list("the virtual IPs", vipSchema),
});

/** What could not be done with the file, as a sentence without a period. */
export type FileFault = string | null;

/**
 * The virtual IPs that were declared over the control API, by prefix. Those that are to stay are in `vips.json` of the state folder, in the form of a configuration
 * file: it can be read, and moved into `conf.d`, by people.
 */
export class DeclaredVips {
  readonly #stateDir: string;
  readonly #path: string;
  readonly #declared = new Map<string, DeclaredVip>();

  /** An instance with a name of its own has a file of its own, `NAME.vips.json`: several may share the folder. */
  constructor(stateDir: string, instance: string | null = null) {
    this.#stateDir = stateDir;
    this.#path = join(stateDir, instance === null ? "vips.json" : `${instance}.vips.json`);
  }

  /** Ascending by the order in which they came. */
  all(): readonly DeclaredVip[] {
    return [...this.#declared.values()];
  }

  get(prefix: string): DeclaredVip | undefined {
    return this.#declared.get(prefix);
  }

  /**
   * Reads what an earlier run has kept; returns sentences about what cannot be used. A file with any problem is put aside as `vips.json.damaged`, and nothing of it is announced: half of it would be a guess.
   */
  load(): readonly string[] {
    const read = readOneFile(this.#path);
    if (read === null) return [];
    const { sources } = read;
    const found: DeclaredVip[] = [];
    const parsed = fileSchema.safeParse(sources.value);
    const problems = [
      ...read.problems,
      ...(parsed.success ? [] : problemsOf(fileSchema, parsed.error.issues, sources)),
    ];
    const written = (sources.value as { readonly vips?: readonly Record<string, unknown>[] }).vips ?? [];
    for (const [index, one] of (parsed.data?.vips ?? []).entries()) {
      const built = buildVip(one, sources, ["vips", index]);
      problems.push(...built.problems);
      if (built.vip !== null)
        found.push({ vip: built.vip, weightFrom: built.weightFrom, written: written[index] ?? {}, persisted: true });
    }
    if (problems.length === 0) {
      for (const one of found) this.#declared.set(one.vip.prefix, one);
      return [];
    }
    try {
      renameSync(this.#path, `${this.#path}.damaged`);
    } catch {
      // Then it is found again at the next start.
    }
    return problems.map(configSentence);
  }

  /** Adds or replaces one; resolves with what went wrong when it is to be kept and could not be written down. It counts all the same. */
  async set(declared: DeclaredVip): Promise<FileFault> {
    const before = this.#declared.get(declared.vip.prefix);
    this.#declared.set(declared.vip.prefix, declared);
    return declared.persisted || before?.persisted === true ? this.#save() : null;
  }

  /** Forgets one. */
  async remove(prefix: string): Promise<FileFault> {
    const before = this.#declared.get(prefix);
    this.#declared.delete(prefix);
    return before?.persisted === true ? this.#save() : null;
  }

  async #save(): Promise<FileFault> {
    const vips = this.all().flatMap(({ written, persisted }) => (persisted ? [written] : []));
    const error =
      makeFolder(this.#stateDir) ??
      (await writeFileAtomically(this.#path, `${JSON.stringify({ vips }, null, 2)}\n`, fileMode));
    return error === undefined ? null : `${this.#path} cannot be written: ${error.message}`;
  }
}

/** A configuration with the virtual IPs of the control API that it does not declare itself. */
export function withDeclared(configured: Configured, declared: Pick<DeclaredVips, "all">): Configured {
  const { settings } = configured;
  const own = new Set(settings.vips.map(({ prefix }) => prefix));
  const more = declared.all().filter(({ vip }) => !own.has(vip.prefix));
  if (more.length === 0) return configured;
  const vips = [...settings.vips, ...more.map(({ vip }) => vip)];
  const weighed = more.flatMap(({ vip, weightFrom }) =>
    weightFrom === null ? [] : [[vip.prefix, weightFrom] as const],
  );
  return { ...configured, settings: { ...settings, vips, weights: new Map([...settings.weights, ...weighed]) } };
}
