import { type Family, familyFromName, familyName, type Prefix, parsePrefix } from "@vipcast/bgp";
import type { RawArguments } from "../arguments/option.ts";
import type { Parsed, Problem } from "../arguments/problem.ts";
import { accept, refuse, shown } from "../arguments/problem.ts";
import { ArgumentReader } from "../arguments/reader.ts";
import { didYouMean } from "../arguments/suggest.ts";
import { parseAsn } from "../values/numbers.ts";
import type { SessionOptions } from "./context.ts";
import { type InputFormat, inputFormats } from "./input/detect.ts";
import { type Filter, type FindingType, findingTypes } from "./output/filter.ts";

/** What `vipcast decode` was asked to do. */
export interface DecodeSettings {
  /** A path, or null for standard input. */
  readonly file: string | null;
  /** Null: told from the content. */
  readonly format: InputFormat | null;
  readonly session: SessionOptions;
  readonly filter: Filter;
  readonly json: boolean;
}

const families = [1, 2].flatMap((afi) => [1, 2, 4, 128].map((safi) => familyName(afi * 256 + safi)));

/** Understands the arguments; the settings count only when there are no problems. */
export function readSettings(
  raw: RawArguments,
  stdinIsTerminal: boolean,
): { readonly settings: DecodeSettings; readonly problems: readonly Problem[] } {
  const reader = new ArgumentReader(raw);
  const [operand, ...more] = raw.operands;
  for (const word of more)
    reader.report(`vipcast decode ${shown(word)}`, "comes after the one input that is read", "leave it out");
  if (operand === undefined && stdinIsTerminal)
    reader.report("vipcast decode", "has nothing to read", "name a file, or write - to type into the terminal");
  const flags = inputFormats.filter((format) => reader.has(format));
  if (flags.length > 1)
    reader.report(flags.map((flag) => `--${flag}`).join(" "), "name several formats for one input", "keep one of them");
  const format = flags[0] ?? null;
  const filter: Filter = {
    prefixes: reader.many("prefix", parseFilterPrefix),
    peerAs: reader.many("peer-as", (text) => parseAsn(text, "--peer-as 65001")),
    types: reader.many("type", parseType),
  };
  if (reader.has("peer-as") && (format === "hex" || format === "raw"))
    reader.report("--peer-as", `cannot be told from --${format} input, which names no peers`, "leave it out");
  const session: SessionOptions = {
    twoOctetAs: reader.has("two-octet-as"),
    internal: reader.has("ibgp"),
    addPath: reader.many("add-path", parseFamily),
  };
  const file = operand === undefined || operand === "-" ? null : operand;
  return { settings: { file, format, session, filter, json: reader.has("json") }, problems: reader.problems };
}

function parseFamily(text: string): Parsed<Family> {
  const family = familyFromName(text);
  return family === undefined ? refuse("is no address family", didYouMean(text, families)) : accept(family);
}

function parseFilterPrefix(text: string): Parsed<Prefix> {
  const prefix = parsePrefix(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
  return prefix === undefined
    ? refuse(
        "is no prefix: an address, a slash and a length, with no bit set behind the length",
        "write for example --prefix 192.0.2.0/24",
      )
    : accept(prefix);
}

function parseType(text: string): Parsed<FindingType> {
  const type = findingTypes.find((candidate) => candidate === text);
  return type === undefined ? refuse("is no type of message", didYouMean(text, findingTypes)) : accept(type);
}
