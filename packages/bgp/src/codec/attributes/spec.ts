import type { Writer } from "../../bytes/writer.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import type { CodecContext } from "../context.ts";
import { BgpEncodeError } from "../encode-error.ts";
import { Outcome } from "../outcome.ts";
import type { AttributeValues } from "./values.ts";

/** Bits of the Attribute Flags octet (RFC 4271 §4.3). */
export const AttributeFlag = { Optional: 0x80, Transitive: 0x40, Partial: 0x20, ExtendedLength: 0x10 } as const;

/** The two bits that say what kind of attribute it is; those a peer can get wrong (RFC 7606 §3 c). */
export const AttributeKind = {
  WellKnown: 0x40,
  OptionalTransitive: 0xc0,
  OptionalNonTransitive: 0x80,
} as const;

/** What breaking one rule means. Constants: a decoder hands out references and allocates nothing. */
export interface AttributeFault {
  /** Stable kebab-case name. */
  readonly rule: string;
  readonly rfc: string;
  readonly outcome: Outcome;
  /** Subcode of UPDATE Message Error, for when the outcome is, or has to become, a session reset. */
  readonly subcode: number;
}

/** Octets the value may have: `min..max`, and a multiple of `multipleOf`. */
export interface LengthRule {
  readonly min: number;
  readonly max: number;
  readonly multipleOf: number;
}

/** When an UPDATE without the attribute is faulty (RFC 4271 §5, RFC 4760 §3). */
export const Mandatory = { Never: 0, WithReachableNlri: 1, WithNlriField: 2 } as const;
export type Mandatory = (typeof Mandatory)[keyof typeof Mandatory];

/** JSON of one attribute's value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The facts of one path attribute, all of one shape so that the decoding loop stays monomorphic. Made by {@link defineAttribute}. */
export interface AttributeSpec {
  readonly code: number;
  /** The RFC's name, `AS_PATH`. */
  readonly name: string;
  readonly rfc: string;
  /** One of {@link AttributeKind}. */
  readonly kind: number;
  readonly mandatory: Mandatory;
  /** Code of an attribute that stands in for this one where it is mandatory, or 0. */
  readonly replacedBy: number;
  /** With four-octet AS numbers, or where that makes no difference. */
  readonly length: LengthRule;
  readonly lengthTwoOctetAs: LengthRule;
  readonly badFlags: AttributeFault;
  readonly badLength: AttributeFault;
  /** Not null: an external peer may not send it (RFC 7606 §7.5, §7.9, §7.10). */
  readonly fromExternal: AttributeFault | null;
  /** Whether an external peer within our confederation may send it all the same (RFC 5065 §5.2). */
  readonly withinConfederation: boolean;
  /** Not null: a peer that speaks four-octet AS numbers may not send it (RFC 6793 §4.1). */
  readonly fromFourOctetAs: AttributeFault | null;
  /**
   * Looks at a value whose flags and length are right; null when there is nothing more to check, else returns null when it is right.
   * Not asked where the attribute serves the NLRI field alone (`Mandatory.WithNlriField`) and that field is empty.
   */
  readonly check: ((bytes: Uint8Array, start: number, end: number, ctx: CodecContext) => AttributeFault | null) | null;
  /** Stores the decoded value of octets that passed every check. */
  readonly load: (
    into: MutableAttributeValues,
    bytes: Uint8Array,
    start: number,
    end: number,
    ctx: CodecContext,
  ) => void;
  /** What to send of the property {@link sentFrom}, where that is not the value as it is; undefined sends nothing. */
  readonly select: ((value: unknown, ctx: CodecContext) => unknown) | null;
  /** Appends the octets of a value to send, without the attribute header. */
  readonly encode: (w: Writer, value: unknown, ctx: CodecContext) => void;
  /** Checked, and kept octet for octet in `unknown`: nothing here reads the value. */
  readonly opaque: boolean;
  /** The property of {@link AttributeValues} that holds the value, and of the JSON object. */
  readonly property: AttributeProperty | null;
  /** The property that the value to send comes from. */
  readonly sentFrom: AttributeProperty | null;
  readonly json: (values: AttributeValues) => Json | undefined;
}

export type AttributeProperty = Exclude<keyof AttributeValues, "unknown">;
export type MutableAttributeValues = { -readonly [K in keyof AttributeValues]: AttributeValues[K] };

/** What an attribute's file states; the rest has the usual meaning (RFC 7606 §3 c, e; RFC 4271 §6.3). */
export interface AttributeDefinition<K extends AttributeProperty, S extends AttributeProperty = K> {
  readonly code: number;
  readonly name: string;
  readonly property: K;
  readonly rfc: string;
  readonly kind: number;
  readonly mandatory?: Mandatory;
  readonly replacedBy?: number;
  readonly length: LengthRule;
  readonly lengthTwoOctetAs?: LengthRule;
  readonly badFlags?: AttributeFault;
  /** The section that says what a bad length means; default outcome treat-as-withdraw. */
  readonly badLength: AttributeFault;
  readonly fromExternal?: AttributeFault;
  readonly withinConfederation?: boolean;
  readonly fromFourOctetAs?: AttributeFault;
  readonly check?: (bytes: Uint8Array, start: number, end: number, ctx: CodecContext) => AttributeFault | null;
  readonly decode: (
    bytes: Uint8Array,
    start: number,
    end: number,
    ctx: CodecContext,
  ) => NonNullable<AttributeValues[K]>;
  readonly encode: (w: Writer, value: NonNullable<AttributeValues[K]>, ctx: CodecContext) => void;
  /** What to send of the property `sentFrom`, usually the value as it is; undefined sends nothing. */
  readonly select?: (value: NonNullable<AttributeValues[S]>, ctx: CodecContext) => AttributeValues[K];
  readonly json: (value: NonNullable<AttributeValues[K]>) => Json;
  /** The property that `select` computes the value from, where that is another one. */
  readonly sentFrom?: S;
}

export function defineAttribute<K extends AttributeProperty, S extends AttributeProperty = K>(
  d: AttributeDefinition<K, S>,
): AttributeSpec {
  const { property, decode, json } = d;
  return {
    code: d.code,
    name: d.name,
    rfc: d.rfc,
    kind: d.kind,
    mandatory: d.mandatory ?? Mandatory.Never,
    replacedBy: d.replacedBy ?? 0,
    length: d.length,
    lengthTwoOctetAs: d.lengthTwoOctetAs ?? d.length,
    badFlags: d.badFlags ?? attributeFlags,
    badLength: d.badLength,
    fromExternal: d.fromExternal ?? null,
    withinConfederation: d.withinConfederation ?? false,
    fromFourOctetAs: d.fromFourOctetAs ?? null,
    check: d.check ?? null,
    load: (into, bytes, start, end, ctx) => {
      into[property] = decode(bytes, start, end, ctx);
    },
    // Each is only ever handed a value of its own property.
    select: (d.select as AttributeSpec["select"]) ?? null,
    encode: d.encode as (w: Writer, value: unknown, ctx: CodecContext) => void,
    opaque: false,
    property,
    sentFrom: d.sentFrom ?? property,
    json: (values) => {
      const value = values[property];
      return value === undefined || value === null ? undefined : json(value);
    },
  };
}

/** What the file of an attribute without a property states. */
export type OpaqueDefinition = Pick<AttributeSpec, "code" | "name" | "rfc" | "kind" | "length" | "badLength"> &
  Partial<Pick<AttributeSpec, "badFlags" | "check">>;

/** An attribute whose faults are known here, and whose value is kept as it is. */
export function defineOpaque(d: OpaqueDefinition): AttributeSpec {
  return withoutValue(d, true);
}

/** MP_REACH_NLRI and MP_UNREACH_NLRI: they carry routes, which are no attribute value; only their check is generic. */
export function defineReachability(d: Omit<OpaqueDefinition, "kind">): AttributeSpec {
  return withoutValue({ ...d, kind: AttributeKind.OptionalNonTransitive }, false);
}

function withoutValue(d: OpaqueDefinition, opaque: boolean): AttributeSpec {
  return {
    code: d.code,
    name: d.name,
    rfc: d.rfc,
    kind: d.kind,
    mandatory: Mandatory.Never,
    replacedBy: 0,
    length: d.length,
    lengthTwoOctetAs: d.length,
    badFlags: d.badFlags ?? attributeFlags,
    badLength: d.badLength,
    fromExternal: null,
    withinConfederation: false,
    fromFourOctetAs: null,
    check: d.check ?? null,
    load: () => {},
    select: null,
    encode: () => {},
    opaque,
    property: null,
    sentFrom: null,
    json: () => undefined,
  };
}

export function fixedLength(octets: number): LengthRule {
  return { min: octets, max: octets, multipleOf: 1 };
}

/** "Not a non-zero multiple of": RFC 7606 §7.8, §7.10, §7.14 and RFC 8092 §6. */
export function nonZeroMultipleOf(octets: number): LengthRule {
  return { min: octets, max: 0xffff, multipleOf: octets };
}

/** RFC 7606 §4: what no specification says may be empty "SHALL be considered a syntax error" when it is. */
export const anyLengthButZero: LengthRule = { min: 1, max: 0xffff, multipleOf: 1 };

export const anyLength: LengthRule = { min: 0, max: 0xffff, multipleOf: 1 };

/** For `select`: a list without elements is not sent, its length of zero would be malformed. */
export function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  // A function has a length as well.
  return Array.isArray(list) && list.length === 0 ? undefined : list;
}

/** RFC 7606 §3 c, the usual answer to wrong Optional or Transitive bits. */
const attributeFlags: AttributeFault = withdraw("attribute-flags", "RFC 7606 §3 c", UpdateSubcode.AttributeFlagsError);

/** Throws when a value to send has a `fault` that its receiver would find: `field` names it. */
export function refuseMalformed(field: string, fault: AttributeFault | null): void {
  if (fault !== null) throw new BgpEncodeError("value-range", field, `is malformed: ${fault.rule} (${fault.rfc})`);
}

/** A bad length that means treat-as-withdraw. */
export function badLength(rfc: string): AttributeFault {
  return withdraw("attribute-length", rfc, UpdateSubcode.AttributeLengthError);
}

/** A bad length that means attribute discard. */
export function badLengthDiscards(rfc: string): AttributeFault {
  return discard("attribute-length", rfc, UpdateSubcode.AttributeLengthError);
}

export function withdraw(rule: string, rfc: string, subcode: number): AttributeFault {
  return { rule, rfc, outcome: Outcome.TreatAsWithdraw, subcode };
}

export function discard(
  rule: string,
  rfc: string,
  subcode: number = UpdateSubcode.OptionalAttributeError,
): AttributeFault {
  return { rule, rfc, outcome: Outcome.AttributeDiscard, subcode };
}

/** The attribute is dropped, and that is no error (RFC 6793 §4.1 drops AS4_PATH so): noted, without an effect on the outcome. */
export function ignored(rule: string, rfc: string): AttributeFault {
  return { rule, rfc, outcome: Outcome.Ok, subcode: UpdateSubcode.OptionalAttributeError };
}

export function reset(rule: string, rfc: string, subcode: number): AttributeFault {
  return { rule, rfc, outcome: Outcome.SessionReset, subcode };
}
