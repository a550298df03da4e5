import type { NotificationBody } from "../codec/outcome.ts";
import { encodeShutdownCommunication } from "../codec/shutdown-communication.ts";
import { CeaseSubcode, NotificationCode } from "../iana/notification-codes.ts";
import type { StopReason } from "./events.ts";

/** How to say goodbye when nothing else is asked for. */
export const defaultStopReason: StopReason = { subcode: CeaseSubcode.AdministrativeShutdown, text: "" };

/** RFC 4486 §4; the text of RFC 9003 belongs to Administrative Shutdown and Reset only. Null: nothing is said. */
export function cease(reason: StopReason): NotificationBody | null {
  const { subcode, text } = reason;
  if (subcode === null) return null;
  const carriesText = subcode === CeaseSubcode.AdministrativeShutdown || subcode === CeaseSubcode.AdministrativeReset;
  const data = carriesText && text !== "" ? encodeShutdownCommunication(text) : new Uint8Array(0);
  return { code: NotificationCode.Cease, subcode, data };
}
