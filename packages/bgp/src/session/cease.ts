import type { NotificationBody } from "../codec/outcome.ts";
import { encodeShutdownCommunication } from "../codec/shutdown-communication.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import { CeaseSubcode, NotificationCode } from "../iana/notification-codes.ts";
import type { StopReason } from "./events.ts";

/** How to say goodbye when nothing else is asked for. */
export const defaultStopReason: StopReason = { subcode: CeaseSubcode.AdministrativeShutdown, text: "" };

/** Its text as the end of a sentence. */
export function wordsOf({ text }: StopReason): string {
  return text === "" ? "" : `: ${text}`;
}

/** RFC 4486 §4; the text of RFC 9003 belongs to Administrative Shutdown and Reset only. Null: nothing is said. */
export function cease(reason: StopReason, negotiated: Negotiated | null): NotificationBody | null {
  const { subcode, text } = reason;
  if (subcode === null) return null;
  // RFC 4724 §4: without the N bit any NOTIFICATION makes the peer drop our routes.
  if (reason.bridged === true && negotiated?.restartBridged === true && !negotiated.notificationRestart) return null;
  const carriesText = subcode === CeaseSubcode.AdministrativeShutdown || subcode === CeaseSubcode.AdministrativeReset;
  const data = carriesText && text !== "" ? encodeShutdownCommunication(text) : new Uint8Array(0);
  const body = { code: NotificationCode.Cease, subcode, data };
  return reason.hard === true ? hardReset(body, negotiated) : body;
}

/**
 * The NOTIFICATION for an end that is not to be bridged by graceful restart: wrapped into a Hard Reset (RFC 8538 §3.1) where
 * both ends announced the N bit; as it is where they did not, for then every NOTIFICATION ends it (RFC 4724 §4).
 */
export function hardReset(body: NotificationBody, negotiated: Negotiated | null): NotificationBody {
  if (negotiated?.notificationRestart !== true) return body;
  const data = new Uint8Array(2 + body.data.length);
  data.set([body.code, body.subcode]);
  data.set(body.data, 2);
  return { code: NotificationCode.Cease, subcode: CeaseSubcode.HardReset, data };
}
