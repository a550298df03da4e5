import { Writer } from "../bytes/writer.ts";
import { afiOf, Family, familyName, safiOf } from "../iana/afi-safi.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";
import { beginAttribute, encodeAttributes, endAttribute } from "./attributes/encode.ts";
import { AttributeKind } from "./attributes/spec.ts";
import type { AttributeValues } from "./attributes/values.ts";
import { type CodecContext, carriesPathIds, defaultCodecContext } from "./context.ts";
import { BgpEncodeError } from "./encode-error.ts";
import { beginMessage, endMessage } from "./header.ts";
import { keepShape } from "./keep-shape.ts";
import type { RouteBatch } from "./message-types.ts";
import { MessageType } from "./message-types.ts";
import type { NlriSpec } from "./nlri/family.ts";
import type { Prefix } from "./nlri/prefix.ts";
import { nlriSpec } from "./nlri/table.ts";
import { emptyNlri, NlriView } from "./nlri/view.ts";
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
  const packer = new Packer(w, batch, ctx);
  const base = w.length;
  try {
    while (!packer.done) {
      packer.writeMessage();
      const end = w.length;
      w.length = base;
      flush(end);
    }
  } finally {
    w.length = base;
  }
}

/** One UPDATE: where its routes could be divided is not known. */
function flushOpaque(
  w: Writer,
  { family, attributes, nlri }: RouteBatch,
  opaqueNlri: Uint8Array,
  ctx: CodecContext,
  flush: (end: number) => void,
): void {
  if (nlriSpec(family) !== null || ("length" in nlri ? nlri.length > 0 : !nlri.isEmpty)) {
    throw new BgpEncodeError(
      "value-range",
      "opaqueNlri",
      `${familyName(family)} and routes of values do not go with it`,
    );
  }
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

class Packer {
  declare private readonly w: Writer;
  declare private readonly ctx: CodecContext;
  declare private readonly family: Family;
  declare private readonly attributes: AttributeValues | null;
  /** Null for withdrawals. */
  declare private readonly nextHop: Uint8Array | null;
  /** Null when {@link flat} has the routes. */
  declare private readonly values: readonly Prefix[] | null;
  declare private readonly flat: NlriView;
  declare private readonly spec: NlriSpec;
  declare private readonly addPath: boolean;
  declare private readonly classic: boolean;
  // The first route that is in no message yet, and what is past the last: indices of values, or of octets where they are flat.
  declare private next: number;
  declare private readonly end: number;

  constructor(w: Writer, { family, attributes, nlri }: RouteBatch, ctx: CodecContext) {
    const spec = nlriSpec(family);
    if (spec === null) throw new BgpEncodeError("unsupported-family", "family", familyName(family));
    this.w = w;
    this.ctx = ctx;
    this.family = family;
    this.attributes = attributes;
    this.spec = spec;
    this.addPath = carriesPathIds(ctx.addPathSend, family);
    const flat = nlri instanceof NlriView ? checkView(nlri, spec) : null;
    const copied = flat !== null && spec.copy !== null && flat.addPath === this.addPath;
    this.flat = flat ?? emptyNlri;
    this.values = copied ? null : flat !== null ? flat.materialise() : (nlri as readonly Prefix[]);
    this.next = copied ? flat.start : 0;
    this.end = copied ? flat.end : this.values!.length;
    this.nextHop = attributes === null || this.done ? null : checkMandatory(attributes, spec, ctx);
    this.classic = family === Family.Ipv4Unicast && (this.nextHop === null || this.nextHop.length === 4);
  }

  get done(): boolean {
    return this.next === this.end;
  }

  writeMessage(): void {
    const { w, ctx } = this;
    const start = beginMessage(w, MessageType.Update);
    const limit = start + ctx.maxMessageLength;
    if (this.attributes === null) this.writeWithdrawal(limit);
    else if (this.classic) this.writeClassic(this.attributes, limit);
    else this.writeReach(this.attributes, limit);
    endMessage(w, start, ctx.maxMessageLength);
  }

  private writeWithdrawal(limit: number): void {
    const { w } = this;
    const lengthAt = w.length;
    w.u16(0);
    if (this.classic) {
      this.writeNlri(limit - 2);
      w.patchU16(lengthAt, w.length - lengthAt - 2);
      w.u16(0);
      return;
    }
    const attributesAt = w.length;
    w.u16(0);
    this.writeReachability(AttributeCode.MpUnreachNlri, limit);
    w.patchU16(attributesAt, w.length - attributesAt - 2);
  }

  private writeClassic(attributes: AttributeValues, limit: number): void {
    const { w } = this;
    w.u16(0);
    const lengthAt = w.length;
    w.u16(0);
    encodeAttributes(w, attributes, this.ctx, true);
    w.patchU16(lengthAt, w.length - lengthAt - 2);
    this.writeNlri(limit);
  }

  private writeReach(attributes: AttributeValues, limit: number): void {
    const { w } = this;
    w.u16(0);
    const lengthAt = w.length;
    w.u16(0);
    // The other attributes decide how much room is left: they are written first, and move behind MP_REACH_NLRI afterwards.
    encodeAttributes(w, attributes, this.ctx, false);
    const reachAt = w.length;
    this.writeReachability(AttributeCode.MpReachNlri, limit);
    w.rotate(lengthAt + 2, reachAt);
    w.patchU16(lengthAt, w.length - lengthAt - 2);
  }

  private writeReachability(code: number, limit: number): void {
    const { w, nextHop } = this;
    const header = beginAttribute(w, AttributeKind.OptionalNonTransitive, code);
    w.u16(afiOf(this.family));
    w.u8(safiOf(this.family));
    if (nextHop !== null) {
      w.u8(nextHop.length);
      w.copy(nextHop);
      w.u8(0);
    }
    // A value that may need an Extended Length leaves one octet free for it.
    this.writeNlri(limit - (header + 3) > 0xff ? limit - 1 : limit);
    endAttribute(w, header);
  }

  /** Appends the next routes that fit before `limit`, at least one. */
  private writeNlri(limit: number): void {
    const { values, next } = this;
    const to = values === null ? this.copyNlri(limit) : this.encodeNlri(values, limit);
    if (to === next) {
      const octets = this.ctx.maxMessageLength;
      throw new BgpEncodeError("message-too-long", "attributes", `leave no room for a route within ${octets} octets`);
    }
    this.next = to;
  }

  private copyNlri(limit: number): number {
    const { spec, flat } = this;
    return spec.copy!(this.w, flat.bytes, this.next, flat.end, this.addPath, limit);
  }

  private encodeNlri(values: readonly Prefix[], limit: number): number {
    const { w, spec, addPath } = this;
    const withdrawn = this.attributes === null;
    for (let index = this.next; index < values.length; index++) {
      const before = w.length;
      spec.encode(w, values[index]!, addPath, withdrawn);
      if (w.length > limit) {
        w.length = before;
        return index;
      }
    }
    return values.length;
  }
}

keepShape(
  new Packer(new Writer(0), { family: Family.Ipv4Unicast, attributes: null, nlri: emptyNlri }, defaultCodecContext),
);

/** Anybody can make a view of any octets: looked at once more, before they are relied on. */
function checkView(view: NlriView, spec: NlriSpec): NlriView {
  const { family, bytes, start, end, addPath, withdrawn } = view;
  if (family !== spec.family) {
    throw new BgpEncodeError("value-range", "nlri.family", `${familyName(family)} among ${familyName(spec.family)}`);
  }
  if (start < 0 || end > bytes.length || !spec.isValid(bytes, start, end, addPath, withdrawn)) {
    throw new BgpEncodeError("value-range", "nlri", `its octets are no NLRI of ${familyName(family)}`);
  }
  return view;
}

/** RFC 4271 §5, RFC 4760 §3: what an UPDATE with reachable routes cannot do without. Returns the next hop. */
function checkMandatory(attributes: AttributeValues, spec: NlriSpec, ctx: CodecContext): Uint8Array {
  const { origin, asPath, nextHop } = attributes;
  if (origin === undefined) throw new BgpEncodeError("missing-field", "origin", "every route needs one");
  if (asPath === undefined)
    throw new BgpEncodeError("missing-field", "asPath", "every route needs one, an empty one at least");
  if (nextHop === undefined) throw new BgpEncodeError("missing-field", "nextHop", "every route needs one");
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
