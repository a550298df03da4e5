import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DrainLoad, DrainPort, DrainState, LedgerResult } from "@vipcast/announcer";
import { parseVip } from "@vipcast/announcer";
import { makeFolder, writeFileAtomically } from "@vipcast/linux";

const version = 1;

/**
 * What is drained, in `drains.json` of the state folder: it outlives restarts and reboots. An instance with a name of its own has a file of its own,
 * `NAME.drains.json`: several may share the folder, and one's drain is not the other's.
 */
export class FileDrains implements DrainPort {
  readonly #stateDir: string;
  readonly #path: string;

  constructor(stateDir: string, instance: string | null = null) {
    this.#stateDir = stateDir;
    this.#path = join(stateDir, instance === null ? "drains.json" : `${instance}.drains.json`);
  }

  async load(): Promise<DrainLoad> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error)) throw error;
      if (error.code === "ENOENT") return { ok: true, drained: { node: false, vips: [] } };
      return { ok: false, code: String(error.code), message: `${this.#path} cannot be read: ${error.message}` };
    }
    const drained = parse(text);
    if (drained !== null) return { ok: true, drained };
    const message = `${this.#path} is damaged; drain again what has to stay out of service, which replaces the file`;
    return { ok: false, code: "ERR_DRAINS_DAMAGED", message };
  }

  async save({ node, vips }: DrainState): Promise<LedgerResult> {
    const error =
      makeFolder(this.#stateDir) ??
      (await writeFileAtomically(this.#path, `${JSON.stringify({ version, node, vips }, null, 2)}\n`));
    return error === undefined ? { ok: true } : { ok: false, code: error.code, message: error.message };
  }
}

/** Null for anything that this version has not written. */
function parse(text: string): DrainState | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { version: written, node, vips } = value as Readonly<Record<string, unknown>>;
  if (written !== version || typeof node !== "boolean" || !Array.isArray(vips)) return null;
  const prefixes = vips.map((vip: unknown) => (typeof vip === "string" ? normalForm(vip) : null));
  return prefixes.some((prefix) => prefix === null)
    ? null
    : { node, vips: prefixes.filter((prefix) => prefix !== null) };
}

/** People may have written it by hand. */
function normalForm(text: string): string | null {
  const parsed = parseVip({ prefix: text, allowAggregates: true });
  return parsed.ok ? parsed.vip.prefix : null;
}
