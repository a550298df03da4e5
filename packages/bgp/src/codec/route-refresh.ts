import { readU16 } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import { afiOf, familyOf, safiOf } from "../iana/afi-safi.ts";
import { NotificationCode, RouteRefreshSubcode } from "../iana/notification-codes.ts";
import type { CodecContext } from "./context.ts";
import { checkRange } from "./encode-error.ts";
import { beginMessage, endMessage, HeaderFault, headerFaultMessage, headerLength, malformedMessage } from "./header.ts";
import type { MalformedMessage, RouteRefreshMessage } from "./message-types.ts";
import { MessageType } from "./message-types.ts";
import { maxNotificationData } from "./notification.ts";

/** RFC 7313 §3.2. */
export const RouteRefreshSubtype = { Request: 0, BeginOfRefresh: 1, EndOfRefresh: 2 } as const;

/** AFI, subtype, SAFI. */
const bodyLength = 4;

/**
 * RFC 2918 §3 with the subtype of RFC 7313 §3.2 in what was the reserved octet. Octets after the four are left alone in a
 * plain request (they are ORF entries, RFC 5291 §5, of a capability we never offer), and wrong in the other two, where the session has these.
 */
export function decodeRouteRefresh(
  bytes: Uint8Array,
  start: number,
  end: number,
  ctx: CodecContext,
): RouteRefreshMessage | MalformedMessage {
  const at = start + headerLength;
  // Of a message too short to have one, none.
  const subtype = at + 2 < end ? bytes[at + 2]! : RouteRefreshSubtype.Request;
  const marker = subtype === RouteRefreshSubtype.BeginOfRefresh || subtype === RouteRefreshSubtype.EndOfRefresh;
  if (marker && end - at !== bodyLength && ctx.enhancedRouteRefresh !== false) {
    // "If the length, excluding the fixed-size message header, of the received ROUTE-REFRESH message with Message Subtype 1 and 2 is not 4".
    // RFC 7313 §5: "the NOTIFICATION message's Data field MUST contain the complete ROUTE-REFRESH message." What does not fit is left out.
    return malformedMessage(MessageType.RouteRefresh, "route-refresh-length", "RFC 7313 §5", {
      code: NotificationCode.RouteRefreshMessageError,
      subcode: RouteRefreshSubcode.InvalidMessageLength,
      data: bytes.slice(start, Math.min(end, start + maxNotificationData(ctx))),
    });
  }
  if (end - at < bodyLength) return headerFaultMessage(bytes, start, HeaderFault.Length);
  return { type: MessageType.RouteRefresh, family: familyOf(readU16(bytes, at), bytes[at + 3]!), subtype };
}

export function encodeRouteRefresh(w: Writer, { family, subtype }: RouteRefreshMessage, ctx: CodecContext): void {
  checkRange("family", family, 0, 0xff_ffff);
  checkRange("subtype", subtype, 0, 255);
  const start = beginMessage(w, MessageType.RouteRefresh);
  w.u16(afiOf(family));
  w.u8(subtype);
  w.u8(safiOf(family));
  endMessage(w, start, ctx.maxMessageLength);
}
