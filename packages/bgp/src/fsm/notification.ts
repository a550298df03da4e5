/** The NOTIFICATIONs that the FSM itself decides on, with their exact codes and data. */
import type { NotificationBody } from "../codec/outcome.ts";
import { afiOf, type Family, safiOf } from "../iana/afi-safi.ts";
import { CeaseSubcode, FsmSubcode, NotificationCode, OpenSubcode } from "../iana/notification-codes.ts";
import type { FsmStateName } from "./state.ts";

const nothing: Uint8Array = new Uint8Array(0);

type ConnectedState = Exclude<FsmStateName, "Idle">;

const unexpectedSubcodes: { readonly [Name in ConnectedState]: number } = {
  Connect: FsmSubcode.Unspecified,
  Active: FsmSubcode.Unspecified,
  OpenSent: FsmSubcode.UnexpectedMessageInOpenSent,
  OpenConfirm: FsmSubcode.UnexpectedMessageInOpenConfirm,
  Established: FsmSubcode.UnexpectedMessageInEstablished,
};

function notification(code: number, subcode: number, data: Uint8Array = nothing): NotificationBody {
  return { code, subcode, data };
}

/** RFC 4271 §6.2: the data is the largest version we support, in two octets. */
export function unsupportedVersion(): NotificationBody {
  return notification(NotificationCode.OpenMessageError, OpenSubcode.UnsupportedVersionNumber, Uint8Array.of(0, 4));
}

export function badPeerAs(): NotificationBody {
  return notification(NotificationCode.OpenMessageError, OpenSubcode.BadPeerAs);
}

export function badBgpIdentifier(): NotificationBody {
  return notification(NotificationCode.OpenMessageError, OpenSubcode.BadBgpIdentifier);
}

export function unacceptableHoldTime(): NotificationBody {
  return notification(NotificationCode.OpenMessageError, OpenSubcode.UnacceptableHoldTime);
}

/** RFC 9234 §4.2. */
export function roleMismatch(): NotificationBody {
  return notification(NotificationCode.OpenMessageError, OpenSubcode.RoleMismatch);
}

/** RFC 5492 §5: the data is what we need and the peer lacks, as multiprotocol capabilities in their OPEN encoding. */
export function unsupportedCapability(families: readonly Family[]): NotificationBody {
  const data = new Uint8Array(families.length * 6);
  families.forEach((family, index) => {
    data.set([1, 4, afiOf(family) >> 8, afiOf(family) & 0xff, 0, safiOf(family)], index * 6);
  });
  return notification(NotificationCode.OpenMessageError, OpenSubcode.UnsupportedCapability, data);
}

/** RFC 4271 §6.5. */
export function holdTimerExpired(): NotificationBody {
  return notification(NotificationCode.HoldTimerExpired, 0);
}

/** RFC 9687 §5. */
export function sendHoldTimerExpired(): NotificationBody {
  return notification(NotificationCode.SendHoldTimerExpired, 0);
}

/** RFC 4271 §6.6, RFC 6608 §3: the subcode names the state (none is assigned for Connect and Active), the data is the type octet. */
export function unexpectedMessage(state: ConnectedState, messageType: number): NotificationBody {
  return notification(NotificationCode.FiniteStateMachineError, unexpectedSubcodes[state], Uint8Array.of(messageType));
}

/** RFC 4486 §3: Connection Collision Resolution. */
export function collisionResolution(): NotificationBody {
  return notification(NotificationCode.Cease, CeaseSubcode.ConnectionCollisionResolution);
}
