import type { Writer } from "../bytes/writer.ts";
import type { CodecContext } from "./context.ts";
import { checkOctets, checkRange } from "./encode-error.ts";
import { beginMessage, endMessage, headerLength } from "./header.ts";
import type { NotificationMessage } from "./message-types.ts";
import { MessageType } from "./message-types.ts";
import type { NotificationBody } from "./outcome.ts";

/** How many octets of data a NOTIFICATION has room for behind its code and subcode, also where a Hard Reset carries it (RFC 8538 §3.1). */
export function maxNotificationData({ maxMessageLength }: CodecContext): number {
  return maxMessageLength - headerLength - 4;
}

/** RFC 4271 §4.5. Any code, subcode and data are accepted: an error in a NOTIFICATION is never answered (§6.4). */
export function decodeNotification(bytes: Uint8Array, start: number, end: number): NotificationMessage {
  const at = start + headerLength;
  return { type: MessageType.Notification, code: bytes[at]!, subcode: bytes[at + 1]!, data: bytes.slice(at + 2, end) };
}

export function encodeNotification(w: Writer, { code, subcode, data }: NotificationBody, ctx: CodecContext): void {
  checkRange("code", code, 0, 255);
  checkRange("subcode", subcode, 0, 255);
  checkOctets("data", data);
  const start = beginMessage(w, MessageType.Notification);
  w.u8(code);
  w.u8(subcode);
  w.copy(data);
  endMessage(w, start, ctx.maxMessageLength);
}
