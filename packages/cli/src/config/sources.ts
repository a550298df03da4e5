import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ConfigDocument, type ConfigPath, parseConfig } from "./document.ts";
import type { ConfigProblem, Position } from "./problem.ts";
import { NotReadable, readRegularFile, TooLong } from "./regular-file.ts";

/** All files of a configuration as one value, which remembers where each part came from. */
export interface ConfigSources {
  /** In the order they were read. */
  readonly files: readonly string[];
  readonly value: Record<string, unknown>;
  /** Where the value at `path` stands. */
  locate(path: ConfigPath): Position;
  /** Where the key `key` of the mapping at `path` stands. */
  locateKey(path: ConfigPath, key: string): Position;
}

/** The sources, and what is wrong with them as files. With any problem the value is not complete. */
export interface ReadSources {
  readonly sources: ConfigSources;
  readonly problems: readonly ConfigProblem[];
}

/** Lists that every file may add to; any other key belongs to one file. */
const joinedLists: readonly string[] = ["peers", "vips", "listen"];
/** All files together. Ten thousand virtual IPs with a check have half of it; longer files are a mistake: a device, a log. */
export const maxConfigOctets: number = 2 * 1024 * 1024;

/** A file that vipcast writes itself is as long as what it was told. */
const ownFileOctets = 16 * 1024 * 1024;

/** Which file, and which index in it, an item of a joined list came from. */
interface Origin {
  readonly document: ConfigDocument;
  readonly index: number;
}

/**
 * Reads a configuration file and the `*.yaml`, `*.yml` and `*.json` files of the folder `conf.d` beside it, in the order of their names. Their
 * `peers`, `vips` and `listen` are joined; any other key may stand in one file only. Never throws: what cannot be read is a problem.
 */
export function readSources(file: string): ReadSources {
  const problems: ConfigProblem[] = [];
  const documents: ConfigDocument[] = [];
  const files = [file, ...companions(file, problems)];
  let left = maxConfigOctets;
  for (const name of files) {
    const text = readText(name, problems, left);
    if (text === null) continue;
    left -= Buffer.byteLength(text);
    const parsed = parseConfig(name, text);
    if (parsed.ok) documents.push(parsed.document);
    else problems.push(...parsed.problems);
  }
  return { sources: merge(file, files, documents, problems), problems };
}

/** Reads one file of the same form alone; null when there is none. */
export function readOneFile(file: string): ReadSources | null {
  if (!existsSync(file)) return null;
  const problems: ConfigProblem[] = [];
  const text = readText(file, problems, ownFileOctets);
  const parsed = text === null ? null : parseConfig(file, text);
  if (parsed !== null && !parsed.ok) problems.push(...parsed.problems);
  return { sources: merge(file, [file], parsed?.ok === true ? [parsed.document] : [], problems), problems };
}

function companions(file: string, problems: ConfigProblem[]): string[] {
  const folder = join(dirname(file), "conf.d");
  try {
    return readdirSync(folder)
      .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith("."))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") problems.push(unreadable(folder, code, message));
    return [];
  }
}

/** How many octets the files of a configuration have, as far as they can be looked at. */
export function configOctets(file: string): number {
  return [file, ...companions(file, [])].reduce((sum, name) => {
    try {
      return sum + statSync(name).size;
    } catch {
      return sum;
    }
  }, 0);
}

function readText(file: string, problems: ConfigProblem[], atMost: number): string | null {
  const whole = { file, line: 1, column: 1, path: "", value: null };
  try {
    const { octets } = readRegularFile(file, atMost);
    const text = octets.toString("utf8");
    if (Buffer.from(text).equals(octets)) return text.replace(/^\uFEFF/, "");
    problems.push({ ...whole, rule: "is not UTF-8 text", remedy: "save it as UTF-8" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof TooLong) {
      const beside = atMost < maxConfigOctets ? ` beside ${maxConfigOctets - atMost} of other files` : "";
      const most = Math.max(atMost, maxConfigOctets);
      const rule = `has ${error.octets} octets${beside}, and at most ${most} are read together`;
      problems.push({ ...whole, rule, remedy: "name the configuration file, or take out what it does not need" });
    } else if (error instanceof NotReadable)
      problems.push({ ...whole, rule: message, remedy: "name the configuration file" });
    else problems.push(unreadable(file, code, message));
  }
  return null;
}

function unreadable(file: string, code: string | undefined, message: string): ConfigProblem {
  const why =
    code === "ENOENT"
      ? "it does not exist"
      : code === "EACCES"
        ? "this user may not read it"
        : code === "EISDIR"
          ? "it is a folder"
          : message;
  const remedy = "write the path of a file that this user can read";
  return { file, line: 1, column: 1, path: "", value: null, rule: `cannot be read, ${why}`, remedy };
}

function merge(
  main: string,
  files: readonly string[],
  documents: readonly ConfigDocument[],
  problems: ConfigProblem[],
): ConfigSources {
  const value: Record<string, unknown> = {};
  const owners = new Map<string, ConfigDocument>();
  const lists = new Map<string, Origin[]>();
  for (const document of documents) {
    if (document.value === null) continue;
    if (!isMapping(document.value)) {
      const rule = "a configuration is a mapping of keys";
      problems.push({ ...document.locate([]), path: "", value: null, rule, remedy: "begin with asn: 65001" });
      continue;
    }
    for (const [key, part] of Object.entries(document.value)) {
      if (joinedLists.includes(key) && Array.isArray(part)) {
        const origins = lists.get(key) ?? [];
        for (const index of part.keys()) origins.push({ document, index });
        lists.set(key, origins);
        if (!owners.has(key)) value[key] = [...((value[key] as unknown[] | undefined) ?? []), ...part];
        continue;
      }
      const before = owners.get(key);
      if (before !== undefined || lists.has(key)) {
        const other = before?.locateKey([], key) ?? lists.get(key)?.[0]?.document.locateKey([], key);
        const rule = `is given in ${other?.file ?? main}:${other?.line ?? 1} already`;
        problems.push({ ...document.locateKey([], key), path: key, value: null, rule, remedy: "keep one of them" });
        continue;
      }
      owners.set(key, document);
      value[key] = part;
    }
  }

  const whole = documents[0];
  const top: Position = { file: main, line: 1, column: 1 };
  /** The file a path leads into, and the path within that file. */
  const resolve = (path: ConfigPath): readonly [ConfigDocument | undefined, ConfigPath] => {
    const [key, index, ...rest] = path;
    if (typeof key !== "string") return [whole, path];
    const origins = lists.get(key);
    if (origins === undefined) return [owners.get(key) ?? whole, path];
    const origin = typeof index === "number" ? origins[index] : undefined;
    if (origin === undefined) return [origins[0]?.document ?? whole, [key]];
    return [origin.document, [key, origin.index, ...rest]];
  };
  return {
    files,
    value,
    locate: (path) => {
      const [document, inner] = resolve(path);
      return document?.locate(inner) ?? top;
    },
    locateKey: (path, key) => {
      const [document, inner] = path.length === 0 ? [owners.get(key) ?? whole, path] : resolve(path);
      return document?.locateKey(inner, key) ?? top;
    },
  };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
