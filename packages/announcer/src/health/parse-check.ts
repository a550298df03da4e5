import type { Check, CheckInput, CheckTimingInput, OnFailure } from "./check.ts";
import { completeTiming } from "./check-timing.ts";
import { type Named, parseDns, parseExec, parseHttp, parseIcmp, parseTcp } from "./parse-probe.ts";
import type { Probe } from "./probe.ts";

/** A check, or every reason why it is none. */
export type ParsedCheck =
  | { readonly ok: true; readonly check: Check }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Groups within groups, and checks in all: far more than anybody needs, and bounded. */
const MAX_DEPTH = 8;
const MAX_CHECKS = 100;

const TIMING = ["intervalMs", "fastIntervalMs", "timeoutMs", "rise", "fall", "graceMs"] as const;
const COMMON = [...TIMING, "onFailure"] as const;

/** The field that makes a check what it is, and what else may stand beside it. */
const FIELDS = {
  tcp: COMMON,
  http: [
    ...COMMON,
    "method",
    "status",
    "bodyContains",
    "bodyMatches",
    "headers",
    "serverName",
    "caFile",
    "certFile",
    "keyFile",
    "insecure",
    "redirects",
    "maxBodyBytes",
  ],
  exec: [...COMMON, "env"],
  icmp: COMMON,
  dns: [...COMMON, "name", "type", "expect"],
  pushed: ["onFailure"],
  all: COMMON,
  any: COMMON,
} as const satisfies Record<string, readonly string[]>;

type Kind = keyof typeof FIELDS;
const KINDS = Object.keys(FIELDS) as readonly Kind[];

interface Scope {
  readonly address: string | null;
  readonly where: string;
  readonly problems: string[];
  readonly inherited: CheckTimingInput;
  readonly depth: number;
  readonly budget: { left: number };
}

/**
 * Validates a check and fills in what was left open. A list means all of them. `address` stands for `{vip}` in targets; null leaves that as it is, for
 * validation before any VIP is known.
 */
export function parseCheck(input: CheckInput | readonly CheckInput[], address: string | null = null): ParsedCheck {
  const problems: string[] = [];
  const scope: Scope = { address, where: "check", problems, inherited: {}, depth: 0, budget: { left: MAX_CHECKS } };
  const whole: CheckInput = isList(input) ? { all: input } : input;
  const check = parseOne(whole, scope);
  return check === null || problems.length > 0 ? { ok: false, problems } : { ok: true, check };
}

function isList(input: CheckInput | readonly CheckInput[]): input is readonly CheckInput[] {
  return Array.isArray(input);
}

function parseOne(input: CheckInput, scope: Scope): Check | null {
  const { where, problems } = scope;
  if (typeof input !== "object" || input === null) {
    problems.push(`${where} is ${JSON.stringify(input)}: write an object such as { tcp: "127.0.0.1:6443" }`);
    return null;
  }
  const kinds = KINDS.filter((name) => Object.hasOwn(input, name));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const found = kinds.length === 0 ? "names no kind of check" : `is ${kinds.join(" and ")} at once`;
    problems.push(`${where} ${found}: write exactly one of ${KINDS.join(", ")}`);
    return null;
  }
  if (scope.budget.left-- <= 0) {
    problems.push(`${where} is one check too many: write at most ${MAX_CHECKS} for one VIP`);
    return null;
  }
  const known: readonly string[] = [kind, ...FIELDS[kind]];
  for (const name of Object.keys(input))
    if (!known.includes(name))
      problems.push(`${where}.${name} is not a field of a check of kind ${kind}: write one of ${known.join(", ")}`);
  const onFailure = parseOnFailure(input.onFailure, kind, scope);
  if ("pushed" in input) {
    if (input.pushed !== true)
      problems.push(`${where}.pushed is ${JSON.stringify(input.pushed)}: write true, or leave the check out`);
    return { kind: "pushed", onFailure };
  }
  if ("all" in input) return parseGroup("all", input.all, input, onFailure, scope);
  if ("any" in input) return parseGroup("any", input.any, input, onFailure, scope);
  const timing = completeTiming({ ...scope.inherited, ...timingOf(input) }, where, problems);
  const named = parseProbe(input, scope);
  return named === null ? null : { kind: "probe", ...named, timing, onFailure };
}

type ProbeInput = Exclude<
  CheckInput,
  { readonly pushed: true } | { readonly all: unknown } | { readonly any: unknown }
>;

function parseProbe(input: ProbeInput, scope: Scope): Named<Probe> {
  if ("tcp" in input) return parseTcp(input, scope);
  if ("http" in input) return parseHttp(input, scope);
  if ("exec" in input) return parseExec(input, scope);
  if ("icmp" in input) return parseIcmp(input, scope);
  return parseDns(input, scope);
}

function parseOnFailure(value: OnFailure | undefined, kind: Kind, { where, problems }: Scope): OnFailure {
  if (value === undefined) return kind === "icmp" ? "degrade" : "withdraw";
  if (value !== "withdraw" && value !== "degrade")
    problems.push(`${where}.onFailure is ${JSON.stringify(value)}: write withdraw or degrade`);
  return value;
}

function parseGroup(
  kind: "all" | "any",
  members: readonly CheckInput[],
  input: CheckTimingInput,
  onFailure: OnFailure,
  scope: Scope,
): Check | null {
  const { where, problems, depth } = scope;
  if (!Array.isArray(members) || members.length === 0) {
    problems.push(`${where}.${kind} is empty or no list: write at least one check in it`);
    return null;
  }
  if (depth >= MAX_DEPTH) {
    problems.push(`${where}.${kind} is a group within ${MAX_DEPTH} others: write fewer levels`);
    return null;
  }
  const inherited = { ...scope.inherited, ...timingOf(input) };
  const of = members.map((member, at) =>
    parseOne(member, { ...scope, where: `${where}.${kind}[${at}]`, inherited, depth: depth + 1 }),
  );
  const good = of.filter((check) => check !== null);
  return good.length < of.length ? null : { kind, of: good, onFailure };
}

/** What of an input is about time, with nothing absent in it. */
function timingOf(input: CheckTimingInput): CheckTimingInput {
  const found: { -readonly [K in (typeof TIMING)[number]]?: number } = {};
  for (const name of TIMING) {
    const value = input[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
