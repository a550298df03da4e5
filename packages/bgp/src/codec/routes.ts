import type { Writer } from "../bytes/writer.ts";
import { afiOf, Family, familyName, safiOf } from "../iana/afi-safi.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";
import { encodeAttributes } from "./attributes/encode.ts";
import { AttributeFlag } from "./attributes/spec.ts";
import type { AttributeValues } from "./attributes/values.ts";
import { type CodecContext, carriesPathIds } from "./context.ts";
import { BgpEncodeError } from "./encode-error.ts";
import { beginMessage, endMessage } from "./header.ts";
import type { RouteBatch } from "./message-types.ts";
import { MessageType } from "./message-types.ts";
import type { NlriSpec } from "./nlri/family.ts";
import type { Prefix } from "./nlri/prefix.ts";
import { nlriSpec } from "./nlri/table.ts";

/**
 * Writes the routes as UPDATEs, as few as `ctx.maxMessageLength` allows, in the given order. Each message is built at the
 * position the writer has when this is called; `flush(end)` is called once for each, to take the octets from there to `end`
 * before the next one overwrites them. IPv4 unicast uses the classic fields, unless the next hop
 * is an IPv6 one; everything else MP_REACH_NLRI and MP_UNREACH_NLRI, placed first (RFC 7606 §5.1), other attributes ascending.
 * No route, no message. Throws BgpEncodeError; messages flushed before stay valid. Leaves the writer where it was.
 */
export function encodeRoutes(w: Writer, batch: RouteBatch, ctx: CodecContext, flush: (end: number) => void): void {
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

class Packer {
  private readonly w: Writer;
  private readonly ctx: CodecContext;
  private readonly family: Family;
  private readonly attributes: AttributeValues | null;
  private readonly nlri: readonly Prefix[];
  private readonly spec: NlriSpec;
  private readonly addPath: boolean;
  private readonly classic: boolean;
  // Routes [next, claimed) belong to the message being written.
  private next: number;
  private claimed: number;

  constructor(w: Writer, { family, attributes, nlri }: RouteBatch, ctx: CodecContext) {
    const spec = nlriSpec(family);
    if (spec === null) throw new BgpEncodeError("unsupported-family", "family", familyName(family));
    this.w = w;
    this.ctx = ctx;
    this.family = family;
    this.attributes = attributes;
    this.nlri = nlri;
    this.spec = spec;
    this.addPath = carriesPathIds(ctx.addPathSend, family);
    this.classic = family === Family.Ipv4Unicast && (attributes === null || attributes.nextHop?.length === 4);
    this.next = 0;
    this.claimed = 0;
    if (attributes !== null && nlri.length > 0) checkMandatory(attributes, spec, ctx);
  }

  get done(): boolean {
    return this.next === this.nlri.length;
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
    if (this.classic) {
      const lengthAt = w.length;
      w.u16(0);
      this.claim(limit - w.length - 2);
      this.writeNlri();
      w.patchU16(lengthAt, w.length - lengthAt - 2);
      w.u16(0);
      return;
    }
    w.u16(0);
    this.writeReachability(AttributeCode.MpUnreachNlri, null, limit, w.length, 0);
  }

  private writeClassic(attributes: AttributeValues, limit: number): void {
    const { w } = this;
    w.u16(0);
    const lengthAt = w.length;
    w.u16(0);
    encodeAttributes(w, attributes, this.ctx, true);
    w.patchU16(lengthAt, w.length - lengthAt - 2);
    this.claim(limit - w.length);
    this.writeNlri();
  }

  private writeReach(attributes: AttributeValues, limit: number): void {
    const { w } = this;
    w.u16(0);
    const lengthAt = w.length;
    w.u16(0);
    // The other attributes come last but decide how much room is left: write them, measure, and take them back.
    encodeAttributes(w, attributes, this.ctx, false);
    const othersLength = w.length - lengthAt - 2;
    w.length = lengthAt;
    this.writeReachability(AttributeCode.MpReachNlri, attributes.nextHop!, limit, lengthAt, othersLength);
    encodeAttributes(w, attributes, this.ctx, false);
    w.patchU16(lengthAt, w.length - lengthAt - 2);
  }

  /** Writes the Total Path Attribute Length (for this attribute alone) and the attribute, leaving room for `othersLength` more octets. */
  private writeReachability(
    code: number,
    nextHop: Uint8Array | null,
    limit: number,
    lengthAt: number,
    othersLength: number,
  ): void {
    const { w } = this;
    const fixed = nextHop === null ? 3 : 5 + nextHop.length;
    w.length = lengthAt;
    w.u16(0);
    // Four octets of header: with fewer NLRI than an Extended Length is for, one of them stays free.
    const nlriLength = this.claim(limit - w.length - 4 - fixed - othersLength);
    const valueLength = fixed + nlriLength;
    const extended = valueLength > 0xff;
    w.u8(extended ? AttributeFlag.Optional | AttributeFlag.ExtendedLength : AttributeFlag.Optional);
    w.u8(code);
    if (extended) w.u16(valueLength);
    else w.u8(valueLength);
    w.u16(afiOf(this.family));
    w.u8(safiOf(this.family));
    if (nextHop !== null) {
      w.u8(nextHop.length);
      w.copy(nextHop);
      w.u8(0);
    }
    this.writeNlri();
    w.patchU16(lengthAt, w.length - lengthAt - 2);
  }

  /** Claims the next routes that fit into `room` octets, at least one; returns their length. */
  private claim(room: number): number {
    const { nlri, spec, addPath } = this;
    const withdrawn = this.attributes === null;
    let to = this.next;
    let octets = 0;
    while (to < nlri.length) {
      const length = spec.encodedLength(nlri[to]!, addPath, withdrawn);
      if (octets + length > room) break;
      octets += length;
      to++;
    }
    if (to === this.next) {
      const limit = this.ctx.maxMessageLength;
      throw new BgpEncodeError("message-too-long", "attributes", `leave no room for a route within ${limit} octets`);
    }
    this.claimed = to;
    return octets;
  }

  private writeNlri(): void {
    const { w, nlri, spec, addPath } = this;
    const withdrawn = this.attributes === null;
    for (let i = this.next; i < this.claimed; i++) spec.encode(w, nlri[i]!, addPath, withdrawn);
    this.next = this.claimed;
  }
}

/** RFC 4271 §5, RFC 4760 §3: what an UPDATE with reachable routes cannot do without. */
function checkMandatory(attributes: AttributeValues, spec: NlriSpec, ctx: CodecContext): void {
  const { origin, asPath, nextHop } = attributes;
  if (origin === undefined) throw new BgpEncodeError("missing-field", "origin", "every route needs one");
  if (asPath === undefined)
    throw new BgpEncodeError("missing-field", "asPath", "every route needs one, an empty one at least");
  if (nextHop === undefined) throw new BgpEncodeError("missing-field", "nextHop", "every route needs one");
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
}
