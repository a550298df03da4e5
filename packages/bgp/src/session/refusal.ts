import { Writer } from "../bytes/writer.ts";
import { defaultCodecContext } from "../codec/context.ts";
import { encodeMessage } from "../codec/encode.ts";
import { MessageType } from "../codec/message.ts";
import type { PeerConfig } from "../fsm/config.ts";
import { CeaseSubcode } from "../iana/notification-codes.ts";
import { cease } from "./cease.ts";
import type { StopReason } from "./events.ts";
import type { AcceptResult } from "./peer-events.ts";

/** RFC 4486 §4: for a peer that is configured, but not wanted now. */
export const connectionRejected: StopReason = { subcode: CeaseSubcode.ConnectionRejected, text: "" };

/** For the log, where it is the peer's next attempt that will be taken. */
export const alreadyEstablished: string =
  "the peer connects again, but its session is established: it may have restarted, and will try again";

/** The answer to a connection that is not wanted, with the Cease that says so. */
export function refusal(config: PeerConfig, reason: StopReason, cause: string): AcceptResult {
  return { accepted: false, reply: refusalReply(config, reason), cause };
}

/** What to answer a connection that is not wanted, or null: RFC 4271 §8.1.1, SendNOTIFICATIONwithoutOPEN. */
function refusalReply(config: PeerConfig, reason: StopReason): Uint8Array | null {
  const notification = cease(reason, null);
  if (notification === null || !config.notificationsWithoutOpen) return null;
  const writer = new Writer();
  encodeMessage(writer, { type: MessageType.Notification, ...notification }, defaultCodecContext);
  return writer.slice();
}
