/** Sentences for operators about what came from the peer: what it means and, where it is known, what to do. */
import { formatRouterId } from "../bytes/address.ts";
import type { MalformedMessage, UpdateMessage } from "../codec/message.ts";
import type { NotificationBody, Problem } from "../codec/outcome.ts";
import { describeNotification, innermost } from "../codec/shutdown-communication.ts";
import type { PeerConfig } from "../fsm/config.ts";
import { familyName, familyOf } from "../iana/afi-safi.ts";
import { CeaseSubcode, NotificationCode, OpenSubcode } from "../iana/notification-codes.ts";

/** Rules that a sentence names; one message can break twenty thousand. */
const maxNamedRules = 3;

/** The broken rules, the gravest first. */
function rules(problems: readonly Problem[]): string {
  if (problems.length === 0) return "";
  const gravest = [...problems].sort((a, b) => b.outcome - a.outcome).slice(0, maxNamedRules);
  const named = gravest.map(({ attribute, rule, rfc }) => {
    const where = attribute === 0 ? "" : `attribute ${attribute}, `;
    return `${where}${rule}, ${rfc}`;
  });
  const more = problems.length - named.length;
  return ` (${named.join("; ")}${more === 0 ? "" : `; and ${more} more`})`;
}

export function explainMalformed(message: MalformedMessage): string {
  const { code, subcode } = message.notification;
  const name = describeNotification(message.notification);
  if (code === NotificationCode.OpenMessageError && subcode === OpenSubcode.UnsupportedVersionNumber) {
    return `the peer speaks another version of BGP, we speak version 4 only; we answered ${name}: correct the router`;
  }
  return `the peer sent a message that cannot be read${rules(message.problems)}; we answered ${name}`;
}

export function explainUpdateReset(message: UpdateMessage, notification: NotificationBody): string {
  return `the peer sent an UPDATE that RFC 7606 cannot repair${rules(message.problems)}; we answered ${describeNotification(notification)}`;
}

export const malformedNotification: string =
  "the peer sent a NOTIFICATION that cannot be read, and so ended the session: see the router's log";

/** A NOTIFICATION of the peer, with the remedy for the ones that operators meet. */
export function explainReceived(notification: NotificationBody, config: PeerConfig): string {
  const hint = receivedHint(innermost(notification), config);
  return `the peer sent ${describeNotification(notification)}${hint === "" ? "" : `: ${hint}`}`;
}

function receivedHint({ code, subcode, data }: NotificationBody, config: PeerConfig): string {
  switch (code) {
    case NotificationCode.OpenMessageError:
      return openHint(subcode, config);
    case NotificationCode.HoldTimerExpired:
      return "it heard nothing from us for the hold time: this host, or the way to the peer, was stalled";
    case NotificationCode.SendHoldTimerExpired:
      return "we read nothing of what it sent for its send hold time: this program was stalled, or kept the peer paused";
    case NotificationCode.Cease:
      return ceaseHint(subcode, data);
    default:
      return "";
  }
}

function openHint(subcode: number, config: PeerConfig): string {
  switch (subcode) {
    case OpenSubcode.BadPeerAs:
      return `it expects another AS than ours, ${config.localAs}: correct the neighbour's remote AS on the router, or our asn`;
    case OpenSubcode.BadBgpIdentifier:
      return `our router id ${formatRouterId(config.routerId)} is not acceptable to it, usually because another speaker has the same: give every speaker its own`;
    case OpenSubcode.UnsupportedOptionalParameter:
      return "it does not know capabilities (RFC 5492), which this session needs";
    case OpenSubcode.UnacceptableHoldTime:
      return `our hold time of ${config.holdTime} s is not acceptable to it: set a longer hold-time, or lower its minimum`;
    case OpenSubcode.UnsupportedCapability:
      return `it needs something that we do not offer, usually an address family (ours: ${config.families.map(familyName).join(", ")}): make the families equal on both sides`;
    case OpenSubcode.RoleMismatch:
      return config.role === null
        ? "it wants to know what we are to it: set a role for this peer (RFC 9234)"
        : `our BGP role, ${config.role}, does not fit its own (RFC 9234): correct one of the two`;
    default:
      return "";
  }
}

/** RFC 4486 §4: a Cease for too many prefixes may carry AFI, SAFI and the limit. */
function prefixLimit(data: Uint8Array): string {
  if (data.length !== 7) return "than it allows";
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return `than the ${view.getUint32(3)} of ${familyName(familyOf(view.getUint16(0), view.getUint8(2)))} that it allows`;
}

function ceaseHint(subcode: number, data: Uint8Array): string {
  switch (subcode) {
    case CeaseSubcode.MaximumNumberOfPrefixesReached:
      return `we announce more prefixes ${prefixLimit(data)}: raise the limit on the router or announce fewer`;
    case CeaseSubcode.AdministrativeShutdown:
      return "its operator has shut the session down";
    case CeaseSubcode.PeerDeconfigured:
      return "we were removed from its configuration";
    case CeaseSubcode.AdministrativeReset:
      return "its operator has reset the session, which comes back by itself";
    case CeaseSubcode.OtherConfigurationChange:
      return "its configuration was changed, and the session comes back by itself";
    case CeaseSubcode.ConnectionRejected:
      return "it does not want this connection now: check that it has us as a neighbour; after an error many routers refuse for a while (BIRD: error wait time)";
    case CeaseSubcode.ConnectionCollisionResolution:
      return "it keeps the other of two connections with us";
    case CeaseSubcode.OutOfResources:
      return "it is out of resources";
    case CeaseSubcode.BfdDown:
      return "its BFD session with us went down: this host, or the way between us, was stalled or is broken";
    default:
      return "";
  }
}
