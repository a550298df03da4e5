import { Writer } from "../../src/bytes/writer.ts";
import type { CodecContext } from "../../src/codec/context.ts";
import { encodeMessage, encodeRoutes, type Message, MessageType, type UpdateMessage } from "../../src/codec/message.ts";
import { Family } from "../../src/iana/afi-safi.ts";

/** What our encoders make of the values a message materialises into. */
export function reencode(message: Message, ctx: CodecContext): Uint8Array {
  const w = new Writer();
  switch (message.type) {
    case MessageType.Update:
      return reencodeUpdate(message, ctx);
    case MessageType.Open:
    case MessageType.Notification:
    case MessageType.Keepalive:
    case MessageType.RouteRefresh:
      encodeMessage(w, message, ctx);
      return w.slice();
    default:
      return message satisfies never;
  }
}

function reencodeUpdate(message: UpdateMessage, ctx: CodecContext): Uint8Array {
  const w = new Writer();
  const out = new Writer();
  const flush = (end: number): void => out.copy(w.bytes, 0, end);
  const { attributes } = message;
  const { mpReach, mpUnreach } = attributes;
  if (message.endOfRib !== -1) {
    encodeMessage(w, { type: MessageType.Update, endOfRib: message.endOfRib }, ctx);
    flush(w.length);
    return out.slice();
  }
  const family = Family.Ipv4Unicast;
  encodeRoutes(w, { family, attributes: null, nlri: message.withdrawn.materialise() }, ctx, flush);
  if (mpUnreach !== null) {
    encodeRoutes(w, { family: mpUnreach.family, attributes: null, nlri: mpUnreach.nlri.materialise() }, ctx, flush);
  }
  if (mpReach !== null) {
    const values = attributes.materialise(mpReach.family);
    encodeRoutes(w, { family: mpReach.family, attributes: values, nlri: mpReach.nlri.materialise() }, ctx, flush);
  }
  if (!message.nlri.isEmpty) {
    encodeRoutes(
      w,
      { family, attributes: attributes.materialise(family), nlri: message.nlri.materialise() },
      ctx,
      flush,
    );
  }
  return out.slice();
}
