import type { Writer } from "../bytes/writer.ts";
import { afiOf, Family, familyName, safiOf } from "../iana/afi-safi.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";
import { beginAttribute, encodeAttributes, endAttribute, missingAttribute } from "./attributes/encode.ts";
import { AttributeKind } from "./attributes/spec.ts";
import type { AttributeValues } from "./attributes/values.ts";
import { type CodecContext, carriesPathIds } from "./context.ts";
import { asEncodeError, BgpEncodeError, checkList, checkOctets, checkRange, wrongType } from "./encode-error.ts";
import { beginMessage, endMessage } from "./header.ts";
import type { RouteBatch } from "./message-types.ts";
import { MessageType } from "./message-types.ts";
import type { NlriSpec } from "./nlri/family.ts";
import type { Prefix } from "./nlri/prefix.ts";
import { nlriSpec } from "./nlri/table.ts";
import { NlriView } from "./nlri/view.ts";
import { encodeOpaqueRoutes } from "./update-encode.ts";

/**
 * Writes the routes as UPDATEs, as few as `ctx.maxMessageLength` allows, in the given order. Each message is built at the
 * position the writer has when this is called; `flush(end)` is called once for each, to take the octets from there to `end`
 * before the next one overwrites them. IPv4 unicast uses the classic fields, unless the next hop
 * is an IPv6 one; everything else MP_REACH_NLRI and MP_UNREACH_NLRI, placed first (RFC 7606 §5.1), other attributes ascending.
 * No route, no message. Routes of a family without an NLRI codec go as `opaqueNlri` into one message. Throws BgpEncodeError; messages flushed before stay valid. Leaves the writer where it was.
 */
export function encodeRoutes(w: Writer, batch: RouteBatch, ctx: CodecContext, flush: (end: number) => void): void {
  if (batch.opaqueNlri !== undefined) {
    flushOpaque(w, batch, batch.opaqueNlri, ctx, flush);
    return;
  }
  const { family, attributes } = batch;
  const spec = nlriSpec(family);
  if (spec === null) {
    checkRange("family", family, 0, 0xff_ffff);
    throw new BgpEncodeError("unsupported-family", "family", familyName(family));
  }
  const routes = routesToWrite(batch.nlri, spec, ctx);
  const end = routes instanceof NlriView ? routes.end : routes.length;
  let next = routes instanceof NlriView ? routes.start : 0;
  if (next === end) return;
  checkAttributes(attributes);
  const nextHop = attributes === null ? null : checkNextHop(attributes, spec, ctx);
  const base = w.length;
  try {
    while (next !== end) {
      next = writeMessage(w, spec, attributes, nextHop, routes, next, ctx);
      const messageEnd = w.length;
      w.length = base;
      flush(messageEnd);
      // Whatever `flush` wrote with it.
      w.length = base;
    }
  } finally {
    w.length = base;
  }
}

/** A view where its octets can be copied, else values. */
function routesToWrite(
  nlri: readonly Prefix[] | NlriView,
  spec: NlriSpec,
  ctx: CodecContext,
): readonly Prefix[] | NlriView {
  if (!(nlri instanceof NlriView)) {
    checkList("nlri", nlri);
    return nlri;
  }
  const { family, bytes, start, end, addPath, withdrawn } = nlri;
  if (family !== spec.family) {
    throw new BgpEncodeError("value-range", "nlri.family", `${familyName(family)} among ${familyName(spec.family)}`);
  }
  // Anybody can make a view of any octets.
  checkOctets("nlri.bytes", bytes);
  const inside = start >= 0 && start <= end && end <= bytes.length;
  if (!inside || !Number.isInteger(start) || !Number.isInteger(end)) throw noNlri(spec);
  if (start !== end && addPath !== carriesPathIds(ctx.addPathSend, family)) throw wrongPathIds(addPath, family);
  if (spec.copy !== null) return nlri;
  if (!spec.isValid(bytes, start, end, addPath, withdrawn)) throw noNlri(spec);
  return nlri.materialise();
}

function wrongPathIds(addPath: boolean, family: Family): BgpEncodeError {
  const detail = addPath ? "are there, and the session carries none" : "are missing, and the session carries them";
  return new BgpEncodeError(
    "value-range",
    "nlri.pathId",
    `path identifiers ${detail} for ${familyName(family)} (RFC 7911)`,
  );
}

/** One UPDATE: where its routes could be divided is not known. */
function flushOpaque(
  w: Writer,
  { family, attributes, nlri }: RouteBatch,
  opaqueNlri: Uint8Array,
  ctx: CodecContext,
  flush: (end: number) => void,
): void {
  checkRange("family", family, 0, 0xff_ffff);
  if (!(nlri instanceof NlriView)) checkList("nlri", nlri);
  if (nlriSpec(family) !== null || (nlri instanceof NlriView ? !nlri.isEmpty : nlri.length > 0)) {
    throw new BgpEncodeError(
      "value-range",
      "opaqueNlri",
      `${familyName(family)} and routes of values do not go with it`,
    );
  }
  checkAttributes(attributes);
  const base = w.length;
  try {
    encodeOpaqueRoutes(w, family, attributes, opaqueNlri, ctx);
    const end = w.length;
    w.length = base;
    flush(end);
  } finally {
    w.length = base;
  }
}

/**
 * Appends one UPDATE with the routes from `next` on that fit, at least one. Returns the first that is left; routes are counted in values,
 * those of a view in its octets.
 */
function writeMessage(
  w: Writer,
  spec: NlriSpec,
  attributes: AttributeValues | null,
  nextHop: Uint8Array | null,
  routes: readonly Prefix[] | NlriView,
  next: number,
  ctx: CodecContext,
): number {
  const start = beginMessage(w, MessageType.Update);
  const limit = start + ctx.maxMessageLength;
  const classic = spec.family === Family.Ipv4Unicast && (nextHop === null || nextHop.length === 4);
  let left: number;
  if (attributes === null) left = writeWithdrawal(w, spec, classic, routes, next, ctx, limit);
  else if (classic) left = writeClassic(w, spec, attributes, routes, next, ctx, limit);
  else left = writeReach(w, spec, attributes, nextHop, routes, next, ctx, limit);
  if (left === next) {
    const octets = ctx.maxMessageLength;
    throw new BgpEncodeError("message-too-long", "attributes", `leave no room for a route within ${octets} octets`);
  }
  endMessage(w, start, ctx.maxMessageLength);
  return left;
}

function writeWithdrawal(
  w: Writer,
  spec: NlriSpec,
  classic: boolean,
  routes: readonly Prefix[] | NlriView,
  next: number,
  ctx: CodecContext,
  limit: number,
): number {
  const lengthAt = w.length;
  w.u16(0);
  if (classic) {
    const left = writeNlri(w, spec, true, routes, next, ctx, limit - 2);
    w.patchU16(lengthAt, w.length - lengthAt - 2);
    w.u16(0);
    return left;
  }
  w.u16(0);
  const left = writeReachability(w, spec, null, routes, next, ctx, limit);
  w.patchU16(lengthAt + 2, w.length - lengthAt - 4);
  return left;
}

function writeClassic(
  w: Writer,
  spec: NlriSpec,
  attributes: AttributeValues,
  routes: readonly Prefix[] | NlriView,
  next: number,
  ctx: CodecContext,
  limit: number,
): number {
  // No withdrawn routes, and two octets for the length of the attributes.
  const lengthAt = w.length + 2;
  w.u32(0);
  if (encodeAttributes(w, attributes, ctx, true) !== 0) throw missingAttribute(attributes);
  w.patchU16(lengthAt, w.length - lengthAt - 2);
  return writeNlri(w, spec, false, routes, next, ctx, limit);
}

function writeReach(
  w: Writer,
  spec: NlriSpec,
  attributes: AttributeValues,
  nextHop: Uint8Array | null,
  routes: readonly Prefix[] | NlriView,
  next: number,
  ctx: CodecContext,
  limit: number,
): number {
  const lengthAt = w.length + 2;
  w.u32(0);
  // The other attributes decide how much room is left: they are written first, and move behind MP_REACH_NLRI afterwards.
  if (encodeAttributes(w, attributes, ctx, false) !== 0) throw missingAttribute(attributes);
  const reachAt = w.length;
  const left = writeReachability(w, spec, nextHop, routes, next, ctx, limit);
  w.rotate(lengthAt + 2, reachAt);
  w.patchU16(lengthAt, w.length - lengthAt - 2);
  return left;
}

/** MP_REACH_NLRI where there is a next hop, else MP_UNREACH_NLRI. */
function writeReachability(
  w: Writer,
  spec: NlriSpec,
  nextHop: Uint8Array | null,
  routes: readonly Prefix[] | NlriView,
  next: number,
  ctx: CodecContext,
  limit: number,
): number {
  const withdrawn = nextHop === null;
  const code = withdrawn ? AttributeCode.MpUnreachNlri : AttributeCode.MpReachNlri;
  const header = beginAttribute(w, AttributeKind.OptionalNonTransitive, code);
  w.u16(afiOf(spec.family));
  w.u8(safiOf(spec.family));
  if (nextHop !== null) {
    w.u8(nextHop.length);
    w.copy(nextHop);
    w.u8(0);
  }
  // A value that may need an Extended Length leaves one octet free for it.
  const room = limit - (header + 3) > 0xff ? limit - 1 : limit;
  const left = writeNlri(w, spec, withdrawn, routes, next, ctx, room);
  endAttribute(w, header);
  return left;
}

/** Appends the routes from `next` on that end at `limit` or before; returns the first that is left. */
function writeNlri(
  w: Writer,
  spec: NlriSpec,
  withdrawn: boolean,
  routes: readonly Prefix[] | NlriView,
  next: number,
  ctx: CodecContext,
  limit: number,
): number {
  const addPath = carriesPathIds(ctx.addPathSend, spec.family);
  if (routes instanceof NlriView) {
    const left = spec.copy!(w, routes.bytes, next, routes.end, addPath, limit);
    if (left < 0) throw noNlri(spec);
    return left;
  }
  try {
    return spec.encodeRun(w, routes, next, addPath, withdrawn, limit);
  } catch (error) {
    throw asEncodeError(error, "nlri");
  }
}

/** Null is a withdrawal; what is absent is neither. */
function checkAttributes(attributes: AttributeValues | null): void {
  if (attributes === undefined) throw wrongType("attributes", attributes, "an object, or null,");
}

function noNlri({ family }: NlriSpec): BgpEncodeError {
  return new BgpEncodeError("value-range", "nlri", `its octets are no NLRI of ${familyName(family)}`);
}

/** The next hop, which has to suit the family and the session (RFC 4760 §3, RFC 8950 §4). */
function checkNextHop(attributes: AttributeValues, spec: NlriSpec, ctx: CodecContext): Uint8Array {
  const { nextHop } = attributes;
  if (nextHop === undefined) throw new BgpEncodeError("missing-field", "nextHop", "every route needs one");
  checkOctets("nextHop", nextHop);
  // The usual case first: nearly every route is IPv4 unicast with an IPv4 next hop.
  if (spec.family === Family.Ipv4Unicast && nextHop.length === 4) return nextHop;
  if (!spec.nextHopLengths.includes(nextHop.length)) {
    throw new BgpEncodeError(
      "value-length",
      "nextHop",
      `${nextHop.length} octets do not suit ${familyName(spec.family)}`,
    );
  }
  if (spec.extendedNextHopLengths.includes(nextHop.length) && !ctx.extendedNextHop.includes(spec.family)) {
    const name = familyName(spec.family);
    throw new BgpEncodeError(
      "next-hop-family",
      "nextHop",
      `an IPv6 next hop for ${name} was not negotiated (RFC 8950)`,
    );
  }
  return nextHop;
}
