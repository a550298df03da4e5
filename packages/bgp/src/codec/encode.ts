import type { Writer } from "../bytes/writer.ts";
import type { CodecContext } from "./context.ts";
import { type BgpEncodeError, wrongType } from "./encode-error.ts";
import { beginMessage, endMessage } from "./header.ts";
import { MessageType, type OutgoingMessage } from "./message-types.ts";
import { encodeNotification } from "./notification.ts";
import { encodeOpen } from "./open.ts";
import { encodeRouteRefresh } from "./route-refresh.ts";
import { encodeEndOfRib } from "./update.ts";
import { encodeUpdate } from "./update-encode.ts";

/**
 * Appends one message to `w`; every decoded one can be given back. Routes of one's own go through `encodeRoutes`. A value that cannot be encoded throws `BgpEncodeError`, and
 * leaves the writer where it was.
 */
export function encodeMessage(w: Writer, message: OutgoingMessage, ctx: CodecContext): void {
  const before = w.length;
  try {
    encode(w, message, ctx);
  } catch (error) {
    w.length = before;
    throw error;
  }
}

function notAMessage(message: never): BgpEncodeError {
  return wrongType("type", (message as { readonly type: unknown }).type, "a type of message that can be sent");
}

function encode(w: Writer, message: OutgoingMessage, ctx: CodecContext): void {
  switch (message.type) {
    case MessageType.Open:
      encodeOpen(w, message);
      break;
    case MessageType.Update:
      if ("attributes" in message) encodeUpdate(w, message, ctx);
      else encodeEndOfRib(w, message.endOfRib, ctx);
      break;
    case MessageType.Notification:
      encodeNotification(w, message, ctx);
      break;
    case MessageType.Keepalive:
      endMessage(w, beginMessage(w, MessageType.Keepalive), ctx.maxMessageLength);
      break;
    case MessageType.RouteRefresh:
      encodeRouteRefresh(w, message, ctx);
      break;
    default:
      throw notAMessage(message);
  }
}
