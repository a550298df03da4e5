import type { Writer } from "../../bytes/writer.ts";
import type { Family } from "../../iana/afi-safi.ts";
import { AttributeCode } from "../../iana/attribute-codes.ts";
import { encodeAggregator } from "./aggregator-value.ts";
import { encodeSegments } from "./as-path-segments.ts";
import { beginAttribute, endAttribute } from "./encode.ts";
import type { PathAttributes } from "./path-attributes.ts";
import { AttributeFlag, AttributeKind } from "./spec.ts";
import type { AttributeValues } from "./values.ts";

/** See `PathAttributes.writeCanonical`. */
export function writeCanonical(w: Writer, attributes: PathAttributes, family?: Family): void {
  if (isCanonical(attributes)) {
    w.copy(attributes.bytes, attributes.start, attributes.end);
    return;
  }
  const { bytes, context } = attributes;
  const reach = attributes.mpReach;
  const ownNextHop = attributes.has(AttributeCode.NextHop);
  const fromReach = reach !== null && (family === undefined || reach.family === family);
  const codes = codesToWrite(attributes);
  if (fromReach && !ownNextHop) insertAscending(codes, AttributeCode.NextHop);
  const rebuilt: AttributeValues = context.fourOctetAs ? {} : attributes.materialise(family);
  for (const code of codes) {
    if (code === AttributeCode.NextHop && fromReach) {
      copyAttribute(
        w,
        AttributeKind.WellKnown,
        code,
        bytes,
        reach.nextHopStart,
        reach.nextHopStart + reach.nextHopLength,
      );
      continue;
    }
    const start = attributes.valueStart(code);
    const end = attributes.valueEnd(code);
    const flags = attributes.flags(code) & (AttributeKind.OptionalTransitive | AttributeFlag.Partial);
    if (code === AttributeCode.AsPath && rebuilt.asPath !== undefined) {
      const header = beginAttribute(w, flags, code);
      encodeSegments(w, rebuilt.asPath, 4);
      endAttribute(w, header);
    } else if (code === AttributeCode.Aggregator && rebuilt.aggregator !== undefined) {
      const header = beginAttribute(w, flags, code);
      encodeAggregator(w, rebuilt.aggregator, 4);
      endAttribute(w, header);
    } else {
      copyAttribute(w, flags, code, bytes, start, end);
    }
  }
}

/** Whether the octets are canonical as they came, as those of nearly every IPv4 route are: all usable, ascending, and nothing to leave out. */
function isCanonical(attributes: PathAttributes): boolean {
  const { bytes, end, context } = attributes;
  if (!context.fourOctetAs) return false;
  let last = 0;
  for (let at = attributes.start; at < end; at += 3 + bytes[at + 2]!) {
    const flags = bytes[at]!;
    const code = bytes[at + 1]!;
    if (code <= last || (flags & ~(AttributeKind.OptionalTransitive | AttributeFlag.Partial)) !== 0) return false;
    if (isLeftOut(code) || !attributes.has(code)) return false;
    last = code;
  }
  return true;
}

function isLeftOut(code: number): boolean {
  switch (code) {
    case AttributeCode.MpReachNlri:
    case AttributeCode.MpUnreachNlri:
    // From a two-octet peer these are folded into AS_PATH and AGGREGATOR; from others they are never visible.
    case AttributeCode.As4Path:
    case AttributeCode.As4Aggregator:
      return true;
    default:
      return false;
  }
}

function codesToWrite(attributes: PathAttributes): number[] {
  const codes: number[] = [];
  let ascending = true;
  attributes.forEach((code) => {
    if (isLeftOut(code)) return;
    ascending &&= code > (codes.at(-1) ?? -1);
    codes.push(code);
  });
  return ascending ? codes : codes.sort((a, b) => a - b);
}

function insertAscending(codes: number[], code: number): void {
  const index = codes.findIndex((other) => other > code);
  codes.splice(index < 0 ? codes.length : index, 0, code);
}

function copyAttribute(w: Writer, flags: number, code: number, bytes: Uint8Array, start: number, end: number): void {
  const header = beginAttribute(w, flags, code);
  w.copy(bytes, start, end);
  endAttribute(w, header);
}

/**
 * FNV-1a over `bytes[start, end)`, an unsigned 32-bit integer: a hash for maps of canonical octets. Whoever knows the `basis`
 * (default: FNV's own) finds collisions with ease, so a map of what peers send gives it a random one.
 */
export function hashBytes(bytes: Uint8Array, start = 0, end: number = bytes.length, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}
