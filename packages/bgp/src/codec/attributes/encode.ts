import type { Writer } from "../../bytes/writer.ts";
import type { CodecContext } from "../context.ts";
import { BgpEncodeError, checkRange } from "../encode-error.ts";
import { nextHop } from "./03-next-hop.ts";
import { checkAttribute } from "./check.ts";
import { AttributeFlag, AttributeKind, refuseMalformed } from "./spec.ts";
import { attributeSpec, attributeSpecs } from "./table.ts";
import type { AttributeValues, RawAttribute } from "./values.ts";

const noUnknown: readonly RawAttribute[] = [];

/** Where the value of each property is put while a set is written: the index of the attribute that carries it. */
const slots = new Map<string, number>();
/** The property of each slot. */
const properties: readonly (string | null)[] = attributeSpecs.map(({ property }) => property);
/** For each slot, bit N says that `attributeSpecs[N]` is sent from it. */
const sentFrom: number[] = attributeSpecs.map(({ property }, index) => {
  if (property === null) return 0;
  slots.set(property, index);
  return attributeSpecs.reduce((bits, spec, n) => (spec.sentFrom === property ? bits | (1 << n) : bits), 0);
});
/** For each attribute, the slot it is sent from. */
const slotOf: number[] = attributeSpecs.map((spec) => slots.get(spec.sentFrom ?? "") ?? 0);
// Scratch of a synchronous loop that calls nothing foreign.
const found: unknown[] = attributeSpecs.map(() => undefined);

/**
 * Appends the attributes in ascending order of code, unknown ones among them, without MP_REACH_NLRI and MP_UNREACH_NLRI. A set has
 * a few of all there are, so its own properties are gone through once, and then only the attributes they are sent as.
 * @param withNextHop false where the next hop travels in MP_REACH_NLRI.
 */
export function encodeAttributes(w: Writer, values: AttributeValues, ctx: CodecContext, withNextHop: boolean): void {
  let left = 0;
  let next = 0;
  for (const property in values) {
    // Most sets have their properties in the order of the codes: a few steps cost less than a look-up.
    while (next < properties.length && properties[next] !== property) next++;
    const slot = next < properties.length ? next : slots.get(property);
    const value = values[property as keyof AttributeValues];
    if (slot === undefined || value === undefined) continue;
    found[slot] = value;
    left |= sentFrom[slot]!;
  }
  const unknown = values.unknown === undefined ? noUnknown : sortedUnknown(values.unknown, ctx);
  let nextUnknown = 0;
  for (; left !== 0; left &= left - 1) {
    const index = 31 - Math.clz32(left & -left);
    const spec = attributeSpecs[index]!;
    while (nextUnknown < unknown.length && unknown[nextUnknown]!.code < spec.code)
      writeUnknown(w, unknown[nextUnknown++]!);
    if (spec === nextHop && !withNextHop) continue;
    const own = found[slotOf[index]!];
    const value = spec.select === null ? own : spec.select(own, ctx);
    if (value === undefined) continue;
    const header = beginAttribute(w, spec.kind, spec.code);
    spec.encode(w, value, ctx);
    endAttribute(w, header);
  }
  while (nextUnknown < unknown.length) writeUnknown(w, unknown[nextUnknown++]!);
}

/** Appends flags, code and one length octet; {@link endAttribute} completes it. */
export function beginAttribute(w: Writer, flags: number, code: number): number {
  w.reserve(3);
  const { bytes, length: header } = w;
  bytes[header] = flags;
  bytes[header + 1] = code;
  w.length = header + 3;
  return header;
}

/** Sets the length; a value of more than 255 octets moves by one to make room for the Extended Length. */
export function endAttribute(w: Writer, header: number): void {
  const length = w.length - header - 3;
  if (length <= 0xff) w.bytes[header + 2] = length;
  else extendLength(w, header, length);
}

// Apart, so that ending the usual attribute is inlined.
function extendLength(w: Writer, header: number, length: number): void {
  w.u8(0);
  w.bytes.copyWithin(header + 4, header + 3, header + 3 + length);
  w.patchU8(header, w.bytes[header]! | AttributeFlag.ExtendedLength);
  w.patchU16(header + 2, length);
}

function sortedUnknown(unknown: readonly RawAttribute[], ctx: CodecContext): readonly RawAttribute[] {
  const sorted = [...unknown].sort((a, b) => a.code - b.code);
  for (let i = 0; i < sorted.length; i++) {
    const { code, flags, value } = sorted[i]!;
    checkRange("unknown.code", code, 0, 255);
    checkRange("unknown.flags", flags, 0, 255);
    const spec = attributeSpec(code);
    if (spec !== null && !spec.opaque) {
      throw new BgpEncodeError("value-range", "unknown.code", `${code} has a property of its own`);
    }
    if (spec !== null) {
      const kind = flags & AttributeKind.OptionalTransitive;
      if (kind !== spec.kind) {
        throw new BgpEncodeError("value-range", "unknown.flags", `${flags} are not the flags of ${spec.name}`);
      }
      refuseMalformed("unknown.value", checkAttribute(spec, value, 0, value.length, flags, ctx, true));
    } else if ((flags & AttributeFlag.Optional) === 0) {
      // RFC 4271 §6.3: a well-known attribute that the receiver does not know costs the session.
      throw new BgpEncodeError("value-range", "unknown.flags", `${flags} claim that ${code} is well-known`);
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
