import { Writer } from "../bytes/writer.ts";
import { defaultCodecContext } from "../codec/context.ts";
import { encodeMessage } from "../codec/encode.ts";
import { MessageType } from "../codec/message.ts";
import type { PeerConfig } from "../fsm/config.ts";
import { cease } from "./cease.ts";
import type { StopReason } from "./events.ts";

/** What to answer a connection that is not wanted, or null: RFC 4271 §8.1.1, SendNOTIFICATIONwithoutOPEN. */
export function refusalReply(config: PeerConfig, reason: StopReason): Uint8Array | null {
  const notification = cease(reason);
  if (notification === null || !config.notificationsWithoutOpen) return null;
  const writer = new Writer();
  encodeMessage(writer, { type: MessageType.Notification, ...notification }, defaultCodecContext);
  return writer.slice();
}
