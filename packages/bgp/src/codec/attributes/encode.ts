import type { Writer } from "../../bytes/writer.ts";
import type { CodecContext } from "../context.ts";
import { BgpEncodeError, checkRange } from "../encode-error.ts";
import { nextHop } from "./03-next-hop.ts";
import { AttributeFlag, AttributeKind } from "./spec.ts";
import { attributeSpec, attributeSpecs } from "./table.ts";
import type { AttributeValues, RawAttribute } from "./values.ts";

const noUnknown: readonly RawAttribute[] = [];

/**
 * Appends the attributes in ascending order of code, unknown ones among them, without MP_REACH_NLRI and MP_UNREACH_NLRI.
 * @param withNextHop false where the next hop travels in MP_REACH_NLRI.
 */
export function encodeAttributes(w: Writer, values: AttributeValues, ctx: CodecContext, withNextHop: boolean): void {
  const unknown = values.unknown === undefined ? noUnknown : sortedUnknown(values.unknown);
  let nextUnknown = 0;
  for (const spec of attributeSpecs) {
    while (nextUnknown < unknown.length && unknown[nextUnknown]!.code < spec.code)
      writeUnknown(w, unknown[nextUnknown++]!);
    const value = spec.select(values, ctx);
    if (value === undefined || (spec === nextHop && !withNextHop)) continue;
    const header = beginAttribute(w, spec.kind, spec.code);
    spec.encode(w, value, ctx);
    endAttribute(w, header);
  }
  while (nextUnknown < unknown.length) writeUnknown(w, unknown[nextUnknown++]!);
}

/** Appends flags, code and one length octet; {@link endAttribute} completes it. */
export function beginAttribute(w: Writer, flags: number, code: number): number {
  const header = w.length;
  w.u8(flags);
  w.u8(code);
  w.u8(0);
  return header;
}

/** Sets the length; a value of more than 255 octets moves by one to make room for the Extended Length. */
export function endAttribute(w: Writer, header: number): void {
  const length = w.length - header - 3;
  if (length <= 0xff) {
    w.patchU8(header + 2, length);
    return;
  }
  w.u8(0);
  w.bytes.copyWithin(header + 4, header + 3, header + 3 + length);
  w.patchU8(header, w.bytes[header]! | AttributeFlag.ExtendedLength);
  w.patchU16(header + 2, length);
}

function sortedUnknown(unknown: readonly RawAttribute[]): readonly RawAttribute[] {
  const sorted = [...unknown].sort((a, b) => a.code - b.code);
  for (let i = 0; i < sorted.length; i++) {
    const { code, flags } = sorted[i]!;
    checkRange("unknown.code", code, 0, 255);
    checkRange("unknown.flags", flags, 0, 255);
    const spec = attributeSpec(code);
    if (spec !== null && !spec.opaque) {
      throw new BgpEncodeError("value-range", "unknown.code", `${code} has a property of its own`);
    }
    if (spec !== null && (flags & AttributeKind.OptionalTransitive) !== spec.kind) {
      throw new BgpEncodeError("value-range", "unknown.flags", `${flags} are not the flags of ${spec.name}`);
    }
    if (sorted[i - 1]?.code === code) throw new BgpEncodeError("value-range", "unknown.code", `${code} appears twice`);
  }
  return sorted;
}

function writeUnknown(w: Writer, { code, flags, value }: RawAttribute): void {
  const header = beginAttribute(w, flags & (AttributeKind.OptionalTransitive | AttributeFlag.Partial), code);
  w.copy(value);
  endAttribute(w, header);
}
