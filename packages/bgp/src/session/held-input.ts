import type { FsmEvent } from "../fsm/event.ts";
import { CeaseSubcode, NotificationCode } from "../iana/notification-codes.ts";

/** Input kept while a session is held at the OPEN, where a peer that keeps to the rules has next to nothing to say. */
export const maxHeldOctets = 65_536;

/** What happens to a peer that says more than that. */
export const heldTooLong: FsmEvent = {
  type: "AutomaticStop",
  notification: { code: NotificationCode.Cease, subcode: CeaseSubcode.OutOfResources, data: new Uint8Array(0) },
  reason: "refused",
  cause: `the peer sent more than ${maxHeldOctets} octets before our KEEPALIVE`,
  pauseMs: null,
};
