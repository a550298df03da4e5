import { Writer } from "../../bytes/writer.ts";
import type { CodecContext } from "../context.ts";
import { asEncodeError, BgpEncodeError, checkList, checkOctets, checkRange } from "../encode-error.ts";
import { nextHop } from "./03-next-hop.ts";
import { checkAttribute } from "./check.ts";
import { AttributeFlag, AttributeKind, type AttributeSpec, Mandatory, refuseMalformed } from "./spec.ts";
import { attributeSpec, attributeSpecs } from "./table.ts";
import type { AttributeValues, RawAttribute } from "./values.ts";

const noUnknown: readonly RawAttribute[] = [];

/** Those that are sent from a property of their own, whatever the session: nearly all there are in a set. */
const direct: readonly AttributeSpec[] = attributeSpecs.filter(
  ({ property, sentFrom }) => property !== null && property === sentFrom,
);
const directProperties: readonly string[] = direct.map(({ property }) => property ?? "");

/** How many every route needs (RFC 4271 §5): ORIGIN and AS_PATH; the next hop is of another kind. */
const mandatoryCount = attributeSpecs.filter(({ mandatory }) => mandatory === Mandatory.WithReachableNlri).length;

/** Where the value of each property is put while a set is written: the index of the attribute that carries it. */
const slots = new Map<string, number>();
/** For each slot, bit N says that `attributeSpecs[N]` is sent from it. */
const sentFrom: number[] = attributeSpecs.map(({ property }, index) => {
  if (property === null) return 0;
  slots.set(property, index);
  return attributeSpecs.reduce((bits, spec, n) => (spec.sentFrom === property ? bits | (1 << n) : bits), 0);
});
/** For each attribute, the slot it is sent from. */
const slotOf: number[] = attributeSpecs.map((spec) => slots.get(spec.sentFrom ?? "") ?? 0);

/**
 * Appends the attributes in ascending order of code, unknown ones among them, without MP_REACH_NLRI and MP_UNREACH_NLRI. Most sets
 * have their properties in that order already, so that each can be written as it comes. Returns how many of those that every route needs are missing.
 * @param withNextHop false where the next hop travels in MP_REACH_NLRI.
 */
export function encodeAttributes(w: Writer, values: AttributeValues, ctx: CodecContext, withNextHop: boolean): number {
  const start = w.length;
  try {
    // A peer of two-octet AS numbers gets attributes that are no properties (RFC 6793 §4.2.2).
    const missing = ctx.fourOctetAs ? encodeInOrder(w, values, ctx, withNextHop) : -1;
    if (missing >= 0) return missing;
    w.length = start;
    return encodeInAnyOrder(w, values, ctx, withNextHop);
  } catch (error) {
    throw error instanceof BgpEncodeError ? error : asEncodeError(error, culprit(values, ctx));
  }
}

/** The property of another type than it should be, found by writing each alone. */
function culprit(values: AttributeValues, ctx: CodecContext): string {
  for (const { property, select, encode } of direct) {
    const own = property === null ? undefined : values[property];
    if (property === null || own === undefined) continue;
    try {
      const value = select === null ? own : select(own, ctx);
      if (value !== undefined) encode(new Writer(), value, ctx);
    } catch (error) {
      if (!(error instanceof BgpEncodeError)) return property;
    }
  }
  return "unknown";
}

/** For a set of which {@link encodeAttributes} says that something is missing. */
export function missingAttribute({ origin }: AttributeValues): BgpEncodeError {
  return origin === undefined
    ? new BgpEncodeError("missing-field", "origin", "every route needs one")
    : new BgpEncodeError("missing-field", "asPath", "every route needs one, an empty one at least");
}

/** -1, what it wrote being worthless, where a property comes too late, or is none of {@link direct}. */
function encodeInOrder(w: Writer, values: AttributeValues, ctx: CodecContext, withNextHop: boolean): number {
  let missing = mandatoryCount;
  let next = 0;
  for (const property in values) {
    if (!withNextHop && property === "nextHop") continue;
    // A few steps cost less than a look-up.
    while (next < directProperties.length && directProperties[next] !== property) next++;
    if (next === directProperties.length) return -1;
    const spec = direct[next]!;
    const own = values[property as keyof AttributeValues];
    const value = own === undefined || spec.select === null ? own : spec.select(own, ctx);
    if (value === undefined) continue;
    const header = beginAttribute(w, spec.kind, spec.code);
    spec.encode(w, value, ctx);
    endAttribute(w, header);
    if (spec.mandatory === Mandatory.WithReachableNlri) missing--;
  }
  return missing;
}

/** A set has a few of all there are: its own properties are gone through once, and then only the attributes they are sent as. */
function encodeInAnyOrder(w: Writer, values: AttributeValues, ctx: CodecContext, withNextHop: boolean): number {
  let missing = mandatoryCount;
  const found: unknown[] = new Array(attributeSpecs.length);
  let left = 0;
  for (const property in values) {
    const slot = slots.get(property);
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
    if (spec.mandatory === Mandatory.WithReachableNlri) missing--;
  }
  while (nextUnknown < unknown.length) writeUnknown(w, unknown[nextUnknown++]!);
  return missing;
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
  checkList("unknown", unknown);
  const sorted = [...unknown].sort((a, b) => a.code - b.code);
  for (let i = 0; i < sorted.length; i++) {
    const { code, flags, value } = sorted[i]!;
    checkRange("unknown.code", code, 0, 255);
    checkRange("unknown.flags", flags, 0, 255);
    checkOctets("unknown.value", value);
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
