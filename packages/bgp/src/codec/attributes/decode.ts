import { AttributeCode } from "../../iana/attribute-codes.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import type { CodecContext } from "../context.ts";
import { FaultLog } from "../fault-log.ts";
import { checkAttribute } from "./check.ts";
import { PathAttributes } from "./path-attributes.ts";
import { type AttributeFault, AttributeFlag, type AttributeSpec, discard, Mandatory, reset, withdraw } from "./spec.ts";
import { attributeSpec, attributeSpecs } from "./table.ts";

// Faults of the list itself; those of single attributes are in their files.
const overrun = withdraw("attribute-overrun", "RFC 7606 §4", UpdateSubcode.MalformedAttributeList);
// RFC 7606 §3 j: for treat-as-withdraw these "need to be successfully parsed".
const reachabilityOverrun = reset("mp-attribute-overrun", "RFC 7606 §3 j", UpdateSubcode.MalformedAttributeList);
const truncatedHeader = withdraw("attribute-header-truncated", "RFC 7606 §4", UpdateSubcode.MalformedAttributeList);
const duplicate = discard("attribute-duplicate", "RFC 7606 §3 g", UpdateSubcode.MalformedAttributeList);
const duplicateReachability = reset("mp-attribute-duplicate", "RFC 7606 §3 g", UpdateSubcode.MalformedAttributeList);
const unrecognisedWellKnown = reset(
  "unrecognised-well-known",
  "RFC 4271 §6.3",
  UpdateSubcode.UnrecognizedWellKnownAttribute,
);
const missing = withdraw("attribute-missing", "RFC 7606 §3 d", UpdateSubcode.MissingWellKnownAttribute);

const mandatorySpecs = attributeSpecs.filter(({ mandatory }) => mandatory !== Mandatory.Never);
// Their codes as bits; every one is below 32.
const always = bitsOf(({ mandatory }) => mandatory === Mandatory.WithReachableNlri);
const withNlriField = bitsOf(({ mandatory }) => mandatory !== Mandatory.Never);

function bitsOf(wanted: (spec: AttributeSpec) => boolean): number {
  return mandatorySpecs.filter(wanted).reduce((bits, { code }) => bits | (1 << code), 0);
}

/** The loop that enforces every attribute's facts. One object for each decoder, reused for every UPDATE. */
export class AttributeScanner {
  /** Null while nothing was wrong. */
  faults: FaultLog | null = null;

  // Codes seen, usable or not: bit N is code N, or 32 + N.
  private seenLow = 0;
  private seenHigh = 0;
  private nlriField = false;
  private usableLow = 0;
  private usableHigh = 0;
  private seenRest: Set<number> | null = null;

  /**
   * Checks `bytes[start, end)`, the Path Attributes field. Linear in its length; never throws.
   * @param nlriField whether the UPDATE's own NLRI field holds routes.
   */
  scan(bytes: Uint8Array, start: number, end: number, ctx: CodecContext, nlriField: boolean): PathAttributes {
    this.nlriField = nlriField;
    this.seenLow = this.seenHigh = this.usableLow = this.usableHigh = 0;
    this.seenRest = null;
    this.faults = null;
    let at = start;
    while (at < end) {
      const flags = bytes[at]!;
      const extended = (flags & AttributeFlag.ExtendedLength) !== 0;
      const valueStart = at + (extended ? 4 : 3);
      if (valueStart > end) {
        this.fault(truncatedHeader, at + 1 < end ? bytes[at + 1]! : 0, bytes, at, end);
        break;
      }
      const code = bytes[at + 1]!;
      const valueEnd = valueStart + (extended ? (bytes[at + 2]! << 8) | bytes[at + 3]! : bytes[at + 2]!);
      if (valueEnd > end) {
        this.markSeen(code);
        this.fault(isReachability(code) ? reachabilityOverrun : overrun, code, bytes, at, end);
        break;
      }
      this.attribute(bytes, at, valueStart, valueEnd, flags, code, ctx);
      at = valueEnd;
    }
    return new PathAttributes(bytes, start, at, ctx, this.usableLow, this.usableHigh);
  }

  /** RFC 7606 §3 d: reports the well-known mandatory attributes that were not there, malformed ones counting as there. */
  requireMandatory(bytes: Uint8Array): void {
    const required = this.nlriField ? withNlriField : always;
    if ((required & ~this.seenLow) === 0) return;
    for (const { code, mandatory, replacedBy } of mandatorySpecs) {
      if (mandatory === Mandatory.WithNlriField && !this.nlriField) continue;
      if (!this.seen(code) && !(replacedBy !== 0 && this.seen(replacedBy))) this.fault(missing, code, bytes, 0, 0);
    }
  }

  fault(fault: AttributeFault, code: number, bytes: Uint8Array, start: number, end: number): void {
    this.faults ??= new FaultLog();
    this.faults.add(fault, code, bytes, start, end);
  }

  private attribute(
    bytes: Uint8Array,
    header: number,
    start: number,
    end: number,
    flags: number,
    code: number,
    ctx: CodecContext,
  ): void {
    if (!this.markSeen(code)) {
      this.fault(isReachability(code) ? duplicateReachability : duplicate, code, bytes, header, end);
      return;
    }
    const spec = attributeSpec(code);
    const fault =
      spec === null ? checkUnknown(flags) : checkAttribute(spec, bytes, start, end, flags, ctx, this.nlriField);
    if (fault !== null) this.fault(fault, code, bytes, header, end);
    else if (code < 32) this.usableLow |= 1 << code;
    else if (code < 64) this.usableHigh |= 1 << (code - 32);
  }

  /** For codes 0..63. */
  private seen(code: number): boolean {
    return code < 32 ? (this.seenLow & (1 << code)) !== 0 : (this.seenHigh & (1 << (code - 32))) !== 0;
  }

  /** False when the code was seen before. */
  private markSeen(code: number): boolean {
    if (code < 32) {
      const before = this.seenLow;
      this.seenLow |= 1 << code;
      return this.seenLow !== before;
    }
    if (code < 64) {
      const before = this.seenHigh;
      this.seenHigh |= 1 << (code - 32);
      return this.seenHigh !== before;
    }
    this.seenRest ??= new Set();
    const before = this.seenRest.size;
    return this.seenRest.add(code).size !== before;
  }
}

function isReachability(code: number): boolean {
  return code === AttributeCode.MpReachNlri || code === AttributeCode.MpUnreachNlri;
}

function checkUnknown(flags: number): AttributeFault | null {
  return (flags & AttributeFlag.Optional) === 0 ? unrecognisedWellKnown : null;
}
