import { type CheckInput, parseCheck } from "@vipcast/announcer";
import { durationText } from "../values/numbers.ts";
import type { ConfigPath } from "./document.ts";
import { CHECK_KINDS, type CheckEntryInput } from "./schema/check.ts";

/** Says that something is wrong with what stands at `path`. */
export type ReportCheck = (path: ConfigPath, rule: string, remedy: string) => void;

/**
 * A check as the announcer takes it; null when a problem was reported. `address` stands for `{vip}` while it is looked at; the result keeps `{vip}`.
 */
export function checkInput(
  entry: CheckEntryInput,
  path: ConfigPath,
  address: string,
  report: ReportCheck,
): CheckInput | null {
  let sound = true;
  const note: ReportCheck = (...problem) => {
    sound = false;
    report(...problem);
  };
  const input = convert(entry, path, note);
  if (!sound) return null;
  const parsed = parseCheck(input, address);
  if (parsed.ok) return input;
  for (const problem of parsed.problems) note(...located(problem, path));
  return null;
}

function convert(entry: CheckEntryInput, path: ConfigPath, report: ReportCheck): CheckInput {
  const kinds = CHECK_KINDS.filter((kind) => entry[kind] !== undefined);
  if (kinds.length !== 1) {
    const rule = kinds.length === 0 ? "names no kind of check" : `is ${kinds.join(" and ")} at once`;
    report(path, rule, `write exactly one of ${CHECK_KINDS.join(", ")}`);
  }
  const { interval, fastInterval, timeout, grace, all, any, ...rest } = entry;
  const group = (kind: "all" | "any", members: readonly CheckEntryInput[] | undefined): object =>
    members === undefined
      ? {}
      : { [kind]: members.map((member, index) => convert(member, [...path, kind, index], report)) };
  const times = { intervalMs: interval, fastIntervalMs: fastInterval, timeoutMs: timeout, graceMs: grace };
  const given: readonly [string, unknown][] = Object.entries({ ...rest, ...times });
  const present = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return { ...present, ...group("all", all), ...group("any", any) } as unknown as CheckInput;
}

const timeNames = /\b(interval|fastInterval|timeout|grace)Ms\b/g;

/** `check.all[0].timeoutMs is 900 and …: write …` with its place, and times as they are written in a file. */
function located(problem: string, base: ConfigPath): readonly [path: ConfigPath, rule: string, remedy: string] {
  const [, where = "", text = problem] = /^check(\S*?):? (.*)$/s.exec(problem) ?? [];
  const isTime = /\.(?:fastInterval|timeout)Ms$/.test(where);
  const written = (isTime ? text.replace(/\d+(?:\.\d+)?/g, (ms) => durationText(Number(ms))) : text).replace(
    timeNames,
    "$1",
  );
  const parts = [...where.matchAll(/\.([^.[]+)|\[(\d+)\]/g)].map(([, key, index]) =>
    index === undefined ? (key ?? "").replace(timeNames, "$1") : Number(index),
  );
  const [rule = written, ...remedy] = written.split(/: (?=write|leave)/);
  return [[...base, ...parts], rule === "is undefined" ? "is missing" : rule, remedy.join(": ") || "correct it"];
}
