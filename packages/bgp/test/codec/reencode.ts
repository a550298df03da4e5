import { Writer } from "../../src/bytes/writer.ts";
import type { CodecContext } from "../../src/codec/context.ts";
import {
  encodeMessage,
  encodeRoutes,
  type MalformedMessage,
  type Message,
  MessageType,
  type RouteBatch,
  type UpdateMessage,
} from "../../src/codec/message.ts";
import type { NlriView } from "../../src/codec/nlri/view.ts";
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
    encodeRoutes(w, { family: mpUnreach.family, attributes: null, ...routesOf(mpUnreach.nlri) }, ctx, flush);
  }
  if (mpReach !== null) {
    const values = attributes.materialise(mpReach.family);
    encodeRoutes(w, { family: mpReach.family, attributes: values, ...routesOf(mpReach.nlri) }, ctx, flush);
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

/** Whether our encoders take everything the message says, in one message, and would choose nothing differently in substance. */
export function canBeSent(message: Message | MalformedMessage): message is Message {
  switch (message.type) {
    case MessageType.Malformed:
      return false;
    case MessageType.Open:
      return (
        (message.asn === message.myAutonomousSystem || message.asn > 0xffff) &&
        message.asn > 0 &&
        message.routerId > 0 &&
        message.holdTime !== 1 &&
        message.holdTime !== 2
      );
    case MessageType.Notification:
    case MessageType.Keepalive:
    case MessageType.RouteRefresh:
      return true;
    case MessageType.Update: {
      if (message.problems.length > 0) return false;
      if (message.endOfRib !== -1) return true;
      const { mpReach, mpUnreach } = message.attributes;
      const fields = [message.withdrawn, message.nlri, mpReach?.nlri, mpUnreach?.nlri].filter(
        (nlri) => nlri !== undefined,
      );
      const [only, ...others] = fields.filter((nlri) => !nlri.isEmpty);
      if (only === undefined || others.length > 0 || only.opaque) return false;
      // An empty MP attribute beside the routes is nothing we send.
      if ((mpReach !== null && mpReach.nlri !== only) || (mpUnreach !== null && mpUnreach.nlri !== only)) return false;
      // IPv4 unicast in MP attributes is legal, but not our form unless the next hop is an IPv6 one.
      const multiprotocol = only === mpReach?.nlri || only === mpUnreach?.nlri;
      if (multiprotocol && only.family === Family.Ipv4Unicast && (mpReach?.nextHopLength ?? 4) === 4) return false;
      // Nor are attributes beside a withdrawal.
      if (only === message.withdrawn || only === mpUnreach?.nlri) {
        return Object.keys(message.attributes.wireValues()).length === 0;
      }
      // Without AS_PATH it is BGPsec's; a NEXT_HOP beside MP_REACH_NLRI is ignored.
      return message.attributes.has(2) && (only === message.nlri || !message.attributes.has(3));
    }
    default:
      return message satisfies never;
  }
}

function routesOf(view: NlriView): Pick<RouteBatch, "nlri" | "opaqueNlri"> {
  return view.opaque ? { nlri: [], opaqueNlri: view.rawBytes() } : { nlri: view.materialise() };
}
