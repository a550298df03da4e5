import { plainBytes } from "../bytes/plain-bytes.ts";
import { HeaderSubcode, NotificationCode } from "../iana/notification-codes.ts";
import type { CodecContext } from "./context.ts";
import {
  checkHeader,
  HeaderFault,
  headerFaultMessage,
  headerLength,
  malformedMessage,
  maxExtendedMessageLength,
} from "./header.ts";
import { type MalformedMessage, type Message, MessageType } from "./message-types.ts";
import { decodeNotification } from "./notification.ts";
import { decodeOpen } from "./open.ts";
import { decodeRouteRefresh } from "./route-refresh.ts";
import { decodeUpdate } from "./update.ts";

/**
 * The message that `octets[start, end)` is, header included. Validates everything, materialises nothing of an UPDATE. Never
 * throws: octets that cannot be a message give a {@link MalformedMessage}, faults inside an UPDATE are in its `outcome`.
 * How long a message may be was the framer's question; here the length field has to agree with `end - start`.
 */
export function decodeMessage(
  octets: Uint8Array,
  start: number,
  end: number,
  ctx: CodecContext,
): Message | MalformedMessage {
  const bytes = plainBytes(octets);
  if (end - start < headerLength) return wrongLength(bytes, start, end);
  const fault = checkHeader(bytes, start, maxExtendedMessageLength);
  if (fault !== HeaderFault.None) return headerFaultMessage(bytes, start, fault);
  if (((bytes[start + 16]! << 8) | bytes[start + 17]!) !== end - start) return wrongLength(bytes, start, end);
  const type = bytes[start + 18]! as Exclude<MessageType, typeof MessageType.Malformed>;
  switch (type) {
    case MessageType.Update:
      return decodeUpdate(bytes, start, end, ctx);
    case MessageType.Keepalive:
      return { type: MessageType.Keepalive };
    case MessageType.Open:
      return decodeOpen(bytes, start, end);
    case MessageType.Notification:
      return decodeNotification(bytes, start, end);
    case MessageType.RouteRefresh:
      return decodeRouteRefresh(bytes, start, end, ctx);
    default:
      return type satisfies never;
  }
}

/** The octets at hand are not as many as the header says, or not even a header (RFC 4271 §6.1). */
function wrongLength(bytes: Uint8Array, start: number, end: number): MalformedMessage {
  const typeCode = end - start < headerLength ? MessageType.Malformed : bytes[start + 18]!;
  return malformedMessage(typeCode, "header-length", "RFC 4271 §6.1", {
    code: NotificationCode.MessageHeaderError,
    subcode: HeaderSubcode.BadMessageLength,
    data: bytes.slice(start + 16, Math.min(end, start + 18)),
  });
}
