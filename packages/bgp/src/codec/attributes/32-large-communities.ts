import { readU32 } from "../../bytes/reader.ts";
import { BgpEncodeError, checkList } from "../encode-error.ts";
import { formatLargeCommunity } from "./community-text.ts";
import { encodeU32s } from "./integers.ts";
import {
  AttributeKind,
  type AttributeSpec,
  badLength,
  defineAttribute,
  nonZeroMultipleOf,
  unlessEmpty,
} from "./spec.ts";

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
    checkList("largeCommunities", values);
    for (const value of withoutDuplicates(values)) {
      if (value.length !== 3) throw notThree(value);
      encodeU32s(w, "largeCommunities", 0, value);
    }
  },
  select: unlessEmpty,
  json: (values) => values.map(formatLargeCommunity),
});

/** For callers without types: two or four numbers would make a malformed attribute. */
function notThree(value: readonly number[]): BgpEncodeError {
  return new BgpEncodeError("value-length", "largeCommunities", `${value.length} numbers where 3 are needed`);
}

/** Up to here comparing all with each other beats a set of their texts. */
const fewValues = 8;

function areDistinct(values: readonly LargeCommunity[]): boolean {
  for (let i = 1; i < values.length; i++) {
    const [global, local1, local2] = values[i]!;
    for (let j = 0; j < i; j++) {
      const other = values[j]!;
      if (other[2] === local2 && other[1] === local1 && other[0] === global) return false;
    }
  }
  return true;
}

/** RFC 8092 §3: "Duplicate BGP Large Community values MUST NOT be transmitted. A receiving speaker MUST silently remove redundant" ones. */
function withoutDuplicates(values: readonly LargeCommunity[]): readonly LargeCommunity[] {
  if (values.length < 2 || (values.length <= fewValues && areDistinct(values))) return values;
  const seen = new Map<string, LargeCommunity>();
  for (const value of values) {
    const text = formatLargeCommunity(value);
    if (!seen.has(text)) seen.set(text, value);
  }
  return seen.size === values.length ? values : [...seen.values()];
}
