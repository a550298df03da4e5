import {
  AttributeCode,
  type AttributeVisitor,
  type CodecContext,
  decodeMessage,
  defaultCodecContext,
  encodeMessage,
  encodeRoutes,
  Family,
  Framer,
  type Message,
  MessageType,
  type NlriView,
  type NlriVisitor,
  type RouteBatch,
  type UpdateMessage,
  Writer,
} from "@vipcast/bgp";

/** What was seen, so that two implementations can be compared by more than their speed. Sums are modulo 2^32. */
export interface Tally {
  messages: number;
  prefixes: number;
  attributes: number;
  sum: number;
  bytes: number;
}

/** One pass over a set. */
export type Pass = (tally: Tally) => void;

const twoOctetContext: CodecContext = { ...defaultCodecContext, fourOctetAs: false };

/** The passes that can be measured, by `OP` or `OP/variant`. `twoOctetFrom` as in the set. */
export const operations: Readonly<Record<string, (octets: Uint8Array, twoOctetFrom: number) => Pass>> = {
  decode: (octets, twoOctetFrom) => (tally) => {
    for (let at = 0; at < octets.length; ) {
      const end = messageEnd(octets, at);
      expectUpdate(decodeMessage(octets, at, end, contextAt(at, twoOctetFrom)));
      tally.messages++;
      at = end;
    }
  },
  "decode/framed": (octets, twoOctetFrom) => (tally) => {
    const framer = new Framer();
    let framed = 0;
    for (let at = 0; at < octets.length; at += 65536) {
      framer.push(octets.subarray(at, at + 65536));
      while (framer.next()) {
        expectUpdate(decodeMessage(framer.bytes, framer.start, framer.end, contextAt(framed, twoOctetFrom)));
        framed += framer.end - framer.start;
        tally.messages++;
      }
    }
    if (framer.error !== null || framed !== octets.length) throw new Error("the set does not frame");
  },
  visit: (octets, twoOctetFrom) => {
    const visitor = new Visitor();
    return (tally) => {
      visitor.reset();
      for (let at = 0; at < octets.length; ) {
        const end = messageEnd(octets, at);
        visitor.visit(expectUpdate(decodeMessage(octets, at, end, contextAt(at, twoOctetFrom))));
        tally.messages++;
        at = end;
      }
      tally.prefixes = visitor.prefixes;
      tally.attributes = visitor.attributes;
      tally.sum = visitor.sum >>> 0;
    };
  },
  retain: (octets, twoOctetFrom) => (tally) => {
    tally.messages += decodeAll(octets, twoOctetFrom).length;
  },
  "retain/plain values": (octets, twoOctetFrom) => (tally) => {
    const kept: unknown[] = [];
    for (let at = 0; at < octets.length; ) {
      const end = messageEnd(octets, at);
      const update = expectUpdate(decodeMessage(octets, at, end, contextAt(at, twoOctetFrom)));
      kept.push(batches(update, true));
      at = end;
    }
    tally.messages += kept.length;
  },
  encode: (octets, twoOctetFrom) => encodeAll(octets, twoOctetFrom, false),
  "encode/prefix objects": (octets, twoOctetFrom) => encodeAll(octets, twoOctetFrom, true),
};

/** Attributes are plain values either way; `asValues` says whether prefixes are as well, or in wire form. */
function encodeAll(octets: Uint8Array, twoOctetFrom: number, asValues: boolean): Pass {
  const wide = decodeAll(octets.subarray(0, twoOctetFrom), twoOctetFrom);
  const narrow = decodeAll(octets.subarray(twoOctetFrom), 0);
  const messages = wide.length + narrow.length;
  const toWide = wide.flatMap((update) => outgoing(update, asValues));
  const toNarrow = narrow.flatMap((update) => outgoing(update, asValues));
  const writer = new Writer(65535);
  return (tally) => {
    const flush = (end: number): void => {
      tally.bytes += end;
    };
    for (const part of toWide) encodeOutgoing(writer, part, defaultCodecContext, flush);
    for (const part of toNarrow) encodeOutgoing(writer, part, twoOctetContext, flush);
    tally.messages += messages;
  };
}

function contextAt(at: number, twoOctetFrom: number): CodecContext {
  return at < twoOctetFrom ? defaultCodecContext : twoOctetContext;
}

function messageEnd(octets: Uint8Array, at: number): number {
  return at + readU16(octets, at + 16);
}

function readU16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}

function expectUpdate(message: Message | { readonly type: typeof MessageType.Malformed }): UpdateMessage {
  if (message.type !== MessageType.Update) throw new Error(`a message of type ${message.type} in the set`);
  return message;
}

function decodeAll(octets: Uint8Array, twoOctetFrom: number): UpdateMessage[] {
  const kept: UpdateMessage[] = [];
  for (let at = 0; at < octets.length; ) {
    const end = messageEnd(octets, at);
    kept.push(expectUpdate(decodeMessage(octets, at, end, contextAt(at, twoOctetFrom))).retain());
    at = end;
  }
  return kept;
}

/** Reads every prefix, AS number and community of a set. The visitors are made once, as a hot path would. */
class Visitor {
  prefixes = 0;
  attributes = 0;
  sum = 0;

  reset(): void {
    this.prefixes = this.attributes = this.sum = 0;
  }

  visit(update: UpdateMessage): void {
    this.#asnOctets = update.attributes.context.fourOctetAs ? 4 : 2;
    update.withdrawn.forEach(this.#prefix);
    update.attributes.forEach(this.#attribute);
    update.nlri.forEach(this.#prefix);
    const { mpReach, mpUnreach } = update.attributes;
    mpReach?.nlri.forEach(this.#prefix);
    mpUnreach?.nlri.forEach(this.#prefix);
  }

  #asnOctets = 4;

  readonly #prefix: NlriVisitor = (bytes, offset, lengthBits) => {
    this.prefixes++;
    let sum = lengthBits;
    const end = offset + ((lengthBits + 7) >> 3);
    for (let at = offset; at < end; at++) sum += bytes[at]!;
    this.sum = (this.sum + sum) | 0;
  };

  readonly #attribute: AttributeVisitor = (code, _flags, bytes, start, end) => {
    this.attributes++;
    switch (code) {
      case AttributeCode.Origin:
        this.sum = (this.sum + bytes[start]!) | 0;
        break;
      case AttributeCode.AsPath:
        for (let at = start; at < end; ) {
          const last = at + 2 + bytes[at + 1]! * this.#asnOctets;
          if (this.#asnOctets === 4) this.#words(bytes, at + 2, last);
          else for (let asn = at + 2; asn < last; asn += 2) this.sum += readU16(bytes, asn);
          at = last;
        }
        break;
      case AttributeCode.NextHop:
      case AttributeCode.MultiExitDisc:
      case AttributeCode.Communities:
      case AttributeCode.LargeCommunities:
        this.#words(bytes, start, end);
    }
  };

  #words(bytes: Uint8Array, start: number, end: number): void {
    let sum = this.sum;
    for (let at = start; at < end; at += 4) {
      sum = (sum + ((readU16(bytes, at) << 16) | readU16(bytes, at + 2))) | 0;
    }
    this.sum = sum;
  }
}

/** What an encoder is given: routes with what they share, or the marker that ends a table. */
type Outgoing = RouteBatch | { readonly endOfRib: Family };

/** What sends an UPDATE again. */
function outgoing(update: UpdateMessage, asValues: boolean): Outgoing[] {
  return update.endOfRib === -1 ? batches(update, asValues) : [{ endOfRib: update.endOfRib }];
}

/** The routes of an UPDATE, attributes as plain values, and prefixes so where `asValues`. */
function batches({ withdrawn, attributes, nlri }: UpdateMessage, asValues: boolean): RouteBatch[] {
  const found: RouteBatch[] = [];
  const { mpReach, mpUnreach } = attributes;
  const routes = (view: NlriView): RouteBatch["nlri"] => (asValues ? view.materialise() : view);
  if (!withdrawn.isEmpty) found.push({ family: withdrawn.family, attributes: null, nlri: routes(withdrawn) });
  if (mpUnreach !== null) found.push({ family: mpUnreach.family, attributes: null, nlri: routes(mpUnreach.nlri) });
  if (mpReach !== null)
    found.push({
      family: mpReach.family,
      attributes: attributes.materialise(mpReach.family),
      nlri: routes(mpReach.nlri),
    });
  if (!nlri.isEmpty)
    found.push({
      family: Family.Ipv4Unicast,
      attributes: attributes.materialise(Family.Ipv4Unicast),
      nlri: routes(nlri),
    });
  return found;
}

function encodeOutgoing(writer: Writer, part: Outgoing, ctx: CodecContext, flush: (end: number) => void): void {
  if ("nlri" in part) {
    encodeRoutes(writer, part, ctx, flush);
    return;
  }
  encodeMessage(writer, { type: MessageType.Update, endOfRib: part.endOfRib }, ctx);
  flush(writer.length);
  writer.reset();
}
