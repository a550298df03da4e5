import { type MalformedMessage, type Message, MessageType } from "../codec/message.ts";
import { type NotificationBody, Outcome } from "../codec/outcome.ts";
import type { PeerConfig } from "../fsm/config.ts";
import type { FsmEvent } from "../fsm/event.ts";
import { HeaderSubcode, NotificationCode, OpenSubcode } from "../iana/notification-codes.ts";
import { explainMalformed, explainReceived, explainUpdateReset, malformedNotification } from "./explain.ts";

/** The FSM event (RFC 4271 §8.1.5) that a message is. `delayed`: our own OPEN was not sent yet (DelayOpen). */
export function messageEvent(message: Message | MalformedMessage, config: PeerConfig, delayed: boolean): FsmEvent {
  switch (message.type) {
    case MessageType.Open:
      return { type: delayed ? "BGPOpen_with_DelayOpenTimer_running" : "BGPOpen", message };

    case MessageType.Update:
      if (message.outcome !== Outcome.SessionReset || message.notification === null)
        return { type: "UpdateMsg", message };
      return {
        type: "UpdateMsgErr",
        notification: message.notification,
        cause: explainUpdateReset(message, message.notification),
      };

    case MessageType.Notification: {
      const notification = { code: message.code, subcode: message.subcode, data: message.data };
      const version =
        message.code === NotificationCode.OpenMessageError && message.subcode === OpenSubcode.UnsupportedVersionNumber;
      const type = version ? "NotifMsgVerErr" : "NotifMsg";
      return { type, notification, cause: explainReceived(notification, config) };
    }

    case MessageType.Keepalive:
      return { type: "KeepAliveMsg" };

    case MessageType.RouteRefresh:
      return { type: "RouteRefreshMsg", message };

    case MessageType.Malformed:
      return malformedEvent(message);
  }
  return message satisfies never;
}

/** The NOTIFICATION that an event brought, or null. */
export function receivedIn(event: FsmEvent): NotificationBody | null {
  return event.type === "NotifMsg" || event.type === "NotifMsgVerErr" ? event.notification : null;
}

function malformedEvent(message: MalformedMessage): FsmEvent {
  const { typeCode, notification } = message;
  // A type octet behind a broken marker means nothing.
  const synchronized =
    notification.code !== NotificationCode.MessageHeaderError ||
    notification.subcode !== HeaderSubcode.ConnectionNotSynchronized;
  // RFC 4271 §6.4: an error in a NOTIFICATION cannot be reported back.
  if (synchronized && typeCode === MessageType.Notification) {
    return { type: "NotifMsg", notification: null, cause: malformedNotification };
  }
  const cause = explainMalformed(message);
  switch (notification.code) {
    case NotificationCode.OpenMessageError:
      return { type: "BGPOpenMsgErr", notification, cause };
    case NotificationCode.UpdateMessageError:
      return { type: "UpdateMsgErr", notification, cause };
    default:
      return { type: "BGPHeaderErr", notification, cause };
  }
}
