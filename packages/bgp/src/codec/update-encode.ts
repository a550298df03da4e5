import type { Writer } from "../bytes/writer.ts";
import { afiOf, type Family, familyName, safiOf } from "../iana/afi-safi.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";
import { beginAttribute, encodeAttributes, endAttribute, missingAttribute } from "./attributes/encode.ts";
import type { PathAttributes } from "./attributes/path-attributes.ts";
import { AttributeFlag, AttributeKind } from "./attributes/spec.ts";
import { attributeSpec } from "./attributes/table.ts";
import type { AttributeValues } from "./attributes/values.ts";
import { type CodecContext, carriesPathIds } from "./context.ts";
import { BgpEncodeError, checkOctets } from "./encode-error.ts";
import { beginMessage, endMessage } from "./header.ts";
import type { UpdateMessage } from "./message-types.ts";
import { MessageType } from "./message-types.ts";
import { nlriSpec } from "./nlri/table.ts";
import type { NlriView } from "./nlri/view.ts";
import { Outcome } from "./outcome.ts";

/**
 * Appends a decoded UPDATE again, as one message in canonical order: MP_REACH_NLRI and MP_UNREACH_NLRI first (RFC 7606 §5.1), then the
 * other attributes ascending, their octets and flags as received. Only AS numbers are written anew, when the two
 * sessions' widths differ (RFC 6793 §4.2). What the decoder dropped is not there; routes it withdrew are not sent.
 */
export function encodeUpdate(w: Writer, message: UpdateMessage, ctx: CodecContext): void {
  const { attributes, outcome } = message;
  if (outcome > Outcome.AttributeDiscard) {
    throw new BgpEncodeError("value-range", "outcome", "the routes of this UPDATE cannot be trusted, and are not sent");
  }
  if (message.endOfRib === -1 && saysNothing(message)) {
    // RFC 4724 §2: an UPDATE that says nothing is an End-of-RIB marker, which this one was not.
    throw new BgpEncodeError("missing-field", "attributes", "nothing of this UPDATE is left to send");
  }
  const start = beginMessage(w, MessageType.Update);
  const withdrawnLength = w.length;
  w.u16(0);
  writeNlri(w, message.withdrawn, ctx);
  w.patchU16(withdrawnLength, w.length - withdrawnLength - 2);
  const attributesLength = w.length;
  w.u16(0);
  const { mpReach, mpUnreach } = attributes;
  if (mpReach !== null) {
    writeReachability(w, mpReach.family, mpReach.nextHop, () => writeNlri(w, mpReach.nlri, ctx));
  }
  if (mpUnreach !== null) writeReachability(w, mpUnreach.family, null, () => writeNlri(w, mpUnreach.nlri, ctx));
  writeOthers(w, attributes, ctx);
  w.patchU16(attributesLength, w.length - attributesLength - 2);
  writeNlri(w, message.nlri, ctx);
  endMessage(w, start, ctx.maxMessageLength);
}

/** Neither routes nor an attribute: all that was in it has been dropped. */
function saysNothing({ withdrawn, nlri, attributes }: UpdateMessage): boolean {
  let attribute = false;
  attributes.forEach((code, _flags, _bytes, start, end) => {
    attribute ||= code !== AttributeCode.MpUnreachNlri || end - start > 3;
  });
  return !attribute && withdrawn.isEmpty && nlri.isEmpty;
}

/**
 * Appends one UPDATE with routes of a family that has no NLRI codec: `nlri` is the field as it stands. `attributes: null` withdraws.
 * How the field could be split is not known: one that does not fit is an error.
 */
export function encodeOpaqueRoutes(
  w: Writer,
  family: Family,
  attributes: AttributeValues | null,
  nlri: Uint8Array,
  ctx: CodecContext,
): void {
  checkOctets("opaqueNlri", nlri);
  const start = beginMessage(w, MessageType.Update);
  w.u16(0);
  const attributesLength = w.length;
  w.u16(0);
  writeReachability(w, family, attributes === null ? null : opaqueNextHop(attributes), () => w.copy(nlri));
  if (attributes !== null && encodeAttributes(w, attributes, ctx, false) !== 0) throw missingAttribute(attributes);
  w.patchU16(attributesLength, w.length - attributesLength - 2);
  endMessage(w, start, ctx.maxMessageLength);
}

/** A next hop of a family without an NLRI codec may have any length, also none (RFC 8955 §4). */
function opaqueNextHop({ nextHop }: AttributeValues): Uint8Array {
  if (nextHop === undefined)
    throw new BgpEncodeError("missing-field", "nextHop", "every route needs one, of no octets at least");
  checkOctets("nextHop", nextHop);
  if (nextHop.length > 0xff) {
    throw new BgpEncodeError("value-length", "nextHop", `has ${nextHop.length} octets where 255 are allowed`);
  }
  return nextHop;
}

/** MP_REACH_NLRI when there is a next hop, else MP_UNREACH_NLRI (RFC 4760 §3, §4). */
function writeReachability(w: Writer, family: Family, nextHop: Uint8Array | null, writeRoutes: () => void): void {
  const code = nextHop === null ? AttributeCode.MpUnreachNlri : AttributeCode.MpReachNlri;
  const header = beginAttribute(w, AttributeKind.OptionalNonTransitive, code);
  w.u16(afiOf(family));
  w.u8(safiOf(family));
  if (nextHop !== null) {
    w.u8(nextHop.length);
    w.copy(nextHop);
    w.u8(0);
  }
  writeRoutes();
  endAttribute(w, header);
}

function writeNlri(w: Writer, view: NlriView, ctx: CodecContext): void {
  const { family, addPath, withdrawn } = view;
  const spec = nlriSpec(family);
  if (spec === null) {
    w.copy(view.bytes, view.start, view.end);
    return;
  }
  const wanted = carriesPathIds(ctx.addPathSend, family);
  if (addPath && !wanted && !view.isEmpty) {
    throw new BgpEncodeError("value-range", "nlri.pathId", `not negotiated for ${familyName(family)} (RFC 7911)`);
  }
  if (spec.copy !== null && addPath === wanted) {
    const left = spec.copy(w, view.bytes, view.start, view.end, addPath, Number.MAX_SAFE_INTEGER);
    if (left < 0) throw new BgpEncodeError("value-range", "nlri", `its octets are no NLRI of ${familyName(family)}`);
    return;
  }
  for (const prefix of view) spec.encode(w, prefix, wanted, withdrawn);
}

/** All but the reachability attributes, ascending. */
function writeOthers(w: Writer, attributes: PathAttributes, ctx: CodecContext): void {
  const sameWidth = attributes.context.fourOctetAs === ctx.fourOctetAs;
  const codes = new Set<number>();
  attributes.forEach((code) => {
    if (code !== AttributeCode.MpReachNlri && code !== AttributeCode.MpUnreachNlri) codes.add(code);
  });
  const values = sameWidth ? {} : attributes.materialise();
  if (!sameWidth) {
    // Whether these are there depends on the width: their specs know.
    codes.add(AttributeCode.As4Path);
    codes.add(AttributeCode.As4Aggregator);
  }
  for (const code of [...codes].sort((a, b) => a - b)) {
    if (!sameWidth && holdsAsNumbers(code)) writeValue(w, code, values, ctx);
    else writeOctets(w, code, attributes);
  }
}

function holdsAsNumbers(code: number): boolean {
  switch (code) {
    case AttributeCode.AsPath:
    case AttributeCode.Aggregator:
    case AttributeCode.As4Path:
    case AttributeCode.As4Aggregator:
      return true;
    default:
      return false;
  }
}

function writeValue(w: Writer, code: number, values: AttributeValues, ctx: CodecContext): void {
  const spec = attributeSpec(code);
  if (spec === null || spec.sentFrom === null) return;
  const own = values[spec.sentFrom];
  const value = own === undefined || spec.select === null ? own : spec.select(own, ctx);
  if (value === undefined) return;
  const header = beginAttribute(w, spec.kind, code);
  spec.encode(w, value, ctx);
  endAttribute(w, header);
}

function writeOctets(w: Writer, code: number, attributes: PathAttributes): void {
  const header = beginAttribute(w, attributes.flags(code) & ~AttributeFlag.ExtendedLength, code);
  w.copy(attributes.bytes, attributes.valueStart(code), attributes.valueEnd(code));
  endAttribute(w, header);
}
