import type { EcmpInput, WeightSource } from "@vipcast/announcer";
import { BEST_PREFERENCE, parseBitRate, parseWeightSource, STANDBY_PREFERENCE } from "@vipcast/announcer";
import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";
import type { ArgumentReader } from "../arguments/reader.ts";
import { didYouMean } from "../arguments/suggest.ts";
import { parseLargeCommunity } from "../values/community.ts";
import { parseDuration, parseInteger } from "../values/numbers.ts";
import type { WeightFrom } from "./watch-weight.ts";

/** How this node stands to the others that announce the same virtual IPs. */
export interface EcmpSettings {
  readonly ecmp: EcmpInput;
  /** Bits per second, or null for none. */
  readonly weight: number | null;
  /** What changes the weight at run time, and how often it is asked; null: nothing does. */
  readonly weightFrom: WeightFrom | null;
  /** `auto`, a large community, or null for none. */
  readonly nodeCommunity: string | null;
}

const dayMs = 86_400_000;

/** How often a source of weights is asked where nothing else is said. */
export const weightIntervalMs = 10_000;

/** Reads `--role`, `--preference`, `--failback`, `--weight`, `--weight-from`, `--weight-interval` and `--node-community`. */
export function readEcmp(reader: ArgumentReader): EcmpSettings {
  const role = reader.one("role", parseRole, null);
  const preference = reader.one(
    "preference",
    (text) =>
      parseInteger(text, STANDBY_PREFERENCE, BEST_PREFERENCE, "the preference, higher is better,", "--preference 5"),
    null,
  );
  const failbackMs = reader.one("failback", (text) => parseDuration(text, 0, dayMs, "--failback 60"), 0);
  const both = role !== null && preference !== null;
  if (both)
    reader.report(
      `--role ${role} --preference ${preference}`,
      `say the same thing twice: standby is preference ${STANDBY_PREFERENCE}, active ${BEST_PREFERENCE}`,
      "keep one of them",
    );
  const lowest = role === "standby" || preference === STANDBY_PREFERENCE;
  if (failbackMs > 0 && lowest && !both)
    reader.report(
      `--failback ${failbackMs / 1000} ${role === null ? `--preference ${preference}` : "--role standby"}`,
      "a standby has no better place to come back to",
      "leave --failback out",
    );
  return {
    ecmp: {
      ...(role === null || both ? {} : { role }),
      ...(preference === null || both ? {} : { preference }),
      ...(failbackMs === 0 || lowest ? {} : { failbackMs }),
    },
    weight: reader.one("weight", (text) => parseWeight(text, "--weight 10G"), null),
    weightFrom: readWeightFrom(reader),
    nodeCommunity: reader.one(
      "node-community",
      (text) => parseNodeCommunity(text, "--node-community 65001:1:7"),
      "auto",
    ),
  };
}

function readWeightFrom(reader: ArgumentReader): EcmpSettings["weightFrom"] {
  const source = reader.one("weight-from", (text) => parseSource(text, "--weight-from file:/run/vipcast/weight"), null);
  const intervalMs = reader.one(
    "weight-interval",
    (text) => parseDuration(text, 1000, dayMs, "--weight-interval 10"),
    weightIntervalMs,
  );
  if (reader.has("weight-from") && !reader.has("weight"))
    reader.report(
      "--weight-from",
      "needs a weight for as long as there is no answer, so that no node is ever without one",
      "add for example --weight 10G",
    );
  if (reader.has("weight-interval") && !reader.has("weight-from"))
    reader.report(
      "--weight-interval",
      "says how often the weight is asked for, and nothing is asked",
      "add --weight-from, or leave it out",
    );
  return source === null ? null : { source, intervalMs };
}

/** What a weight is asked of; `example` is the end of the remedy. */
export function parseSource(text: string, example: string): Parsed<WeightSource> {
  const parsed = parseWeightSource(text);
  return parsed.ok
    ? accept(parsed.value)
    : refuse("is exec: with a program, a URL, or file: with an absolute path", `write for example ${example}`);
}

function parseRole(text: string): Parsed<"active" | "standby"> {
  return text === "active" || text === "standby"
    ? accept(text)
    : refuse("is no role", didYouMean(text, ["active", "standby"]));
}

/** Bits per second, as `10G`; `example` is the end of the remedy. */
export function parseWeight(text: string, example: string): Parsed<number> {
  const parsed = parseBitRate(text);
  return parsed.ok
    ? accept(parsed.value)
    : refuse("the weight is in bits per second, from 8k to 1000T", `write for example ${example}`);
}

/** `auto`, `none` (null) or a large community; `example` is the end of the remedy. */
export function parseNodeCommunity(text: string, example: string): Parsed<string | null> {
  if (text === "auto") return accept(text);
  if (text === "none") return accept(null);
  const parsed = parseLargeCommunity(text);
  return parsed.ok ? parsed : refuse("is auto, none, or a large community A:B:C", `write for example ${example}`);
}
