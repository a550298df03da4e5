import { readU32 } from "../../bytes/reader.ts";
import type { Writer } from "../../bytes/writer.ts";
import { checkRange } from "../encode-error.ts";
import { formatLargeCommunity } from "./community-text.ts";
import { AttributeKind, type AttributeSpec, badLength, defineAttribute, nonZeroMultipleOf } from "./spec.ts";

type LargeCommunity = readonly [number, number, number];

/** LARGE_COMMUNITY (RFC 8092): three four-octet integers each. */
export const largeCommunities: AttributeSpec = defineAttribute({
  code: 32,
  name: "LARGE_COMMUNITY",
  property: "largeCommunities",
  rfc: "RFC 8092 §3",
  kind: AttributeKind.OptionalTransitive,
  length: nonZeroMultipleOf(12),
  badLength: badLength("RFC 8092 §6"),
  decode: (bytes, start, end) => {
    const values: LargeCommunity[] = [];
    for (let at = start; at < end; at += 12) {
      values.push([readU32(bytes, at), readU32(bytes, at + 4), readU32(bytes, at + 8)]);
    }
    return withoutDuplicates(values);
  },
  encode: (w, values) => {
    for (const value of withoutDuplicates(values)) writeLargeCommunity(w, value);
  },
  select: (values) => (values.largeCommunities?.length === 0 ? undefined : values.largeCommunities),
  json: (values) => values.map(formatLargeCommunity),
});

function writeLargeCommunity(w: Writer, value: LargeCommunity): void {
  for (const part of value) {
    checkRange("largeCommunities", part, 0, 0xffff_ffff);
    w.u32(part);
  }
}

/** RFC 8092 §3: "Duplicate BGP Large Community values MUST NOT be transmitted. A receiving speaker MUST silently remove redundant" ones. */
function withoutDuplicates(values: readonly LargeCommunity[]): readonly LargeCommunity[] {
  if (values.length < 2) return values;
  const seen = new Map<string, LargeCommunity>();
  for (const value of values) {
    const text = formatLargeCommunity(value);
    if (!seen.has(text)) seen.set(text, value);
  }
  return seen.size === values.length ? values : [...seen.values()];
}
