import type { Family } from "../iana/afi-safi.ts";
import type { PathAttributes } from "./attributes/path-attributes.ts";
import type { AttributeValues } from "./attributes/values.ts";
import type { Capability } from "./capabilities/spec.ts";
import type { Prefix } from "./nlri/prefix.ts";
import type { NlriView } from "./nlri/view.ts";
import type { NotificationBody, Outcome, Problem } from "./outcome.ts";

/** RFC 4271 §4.1 and RFC 2918 §3. `Malformed` is ours: bytes that cannot be one of the others. */
export const MessageType = {
  Malformed: 0,
  Open: 1,
  Update: 2,
  Notification: 3,
  Keepalive: 4,
  RouteRefresh: 5,
} as const;
/** One of the type codes of {@link MessageType}. */
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** How an OPEN packs its capabilities: all in one parameter, or each in one of its own (RFC 5492 §4 allows both). */
export type CapabilityParameters = "shared" | "separate";

/** A decoded OPEN (RFC 4271 §4.2). What the FSM has to refuse (AS 0, hold time 1 or 2) decodes as it is. */
export interface OpenMessage {
  readonly type: typeof MessageType.Open;
  readonly version: number;
  /** The peer's AS: from capability 65 when it is there, else the two-octet field (RFC 6793 §4.1). */
  readonly asn: number;
  /** The two-octet field as on the wire; 23456 (AS_TRANS) when the real one does not fit. */
  readonly myAutonomousSystem: number;
  /** Seconds, 0..65535. 1 and 2 are reported by the FSM, not here (RFC 4271 §6.2). */
  readonly holdTime: number;
  /** BGP Identifier as an unsigned 32-bit integer (RFC 6286). */
  readonly routerId: number;
  /** In wire order; unknown ones kept byte for byte. */
  readonly capabilities: readonly Capability[];
  /** `separate` when there were several parameters with one capability each; a mixture is `shared`. */
  readonly capabilityParameters: CapabilityParameters;
}

/**
 * A decoded UPDATE: validated as RFC 7606 asks, nothing materialised. Everything reached from it borrows the receive
 * buffer: valid inside the synchronous handler, or until the next `receive`; `retain()` makes an independent copy.
 */
export interface UpdateMessage {
  readonly type: typeof MessageType.Update;
  /** Octets of the whole message, header included. */
  readonly length: number;
  readonly outcome: Outcome;
  readonly problems: readonly Problem[];
  /** What to send when the outcome is `SessionReset`, else null. */
  readonly notification: NotificationBody | null;
  /** The WITHDRAWN ROUTES field (IPv4 unicast). */
  readonly withdrawn: NlriView;
  /** Also holds MP_REACH_NLRI and MP_UNREACH_NLRI: `attributes.mpReach`, `attributes.mpUnreach`. */
  readonly attributes: PathAttributes;
  /** The NLRI field (IPv4 unicast). */
  readonly nlri: NlriView;
  /** End-of-RIB marker of this family (RFC 4724 §2), or -1. */
  readonly endOfRib: Family | -1;
  retain(): UpdateMessage;
}

/** A decoded NOTIFICATION (RFC 4271 §4.5); `describeNotification` says it in words. */
export interface NotificationMessage extends NotificationBody {
  readonly type: typeof MessageType.Notification;
}

/** A decoded KEEPALIVE: nothing but its header (RFC 4271 §4.4). */
export interface KeepaliveMessage {
  readonly type: typeof MessageType.Keepalive;
}

/** A decoded ROUTE-REFRESH (RFC 2918 §3, RFC 7313 §3.2). */
export interface RouteRefreshMessage {
  readonly type: typeof MessageType.RouteRefresh;
  readonly family: Family;
  /** 0 request, 1 begin, 2 end (RFC 7313 §3.2). */
  readonly subtype: number;
}

/** Bytes that are no message: the session ends with this NOTIFICATION (RFC 4271 §6.1, §6.2). */
export interface MalformedMessage {
  readonly type: typeof MessageType.Malformed;
  /** The Type octet of the header, whatever it was. */
  readonly typeCode: number;
  readonly outcome: typeof Outcome.SessionReset;
  readonly problems: readonly Problem[];
  readonly notification: NotificationBody;
}

/** What `decodeMessage` returns for bytes that are a message; discriminated by `type`. */
export type Message = OpenMessage | UpdateMessage | NotificationMessage | KeepaliveMessage | RouteRefreshMessage;

/**
 * What {@link encodeMessage} takes: also every decoded message. Routes of one's own go through `encodeRoutes`, which splits them over as
 * many UPDATEs as needed.
 */
export type OutgoingMessage =
  | OutgoingOpen
  | (NotificationBody & { readonly type: typeof MessageType.Notification })
  | KeepaliveMessage
  | RouteRefreshMessage
  | UpdateMessage
  | { readonly type: typeof MessageType.Update; readonly endOfRib: Family };

/** An OPEN to send (RFC 4271 §4.2). */
export interface OutgoingOpen {
  readonly type: typeof MessageType.Open;
  /** 1..4294967295; the two-octet field becomes AS_TRANS when it does not fit. */
  readonly asn: number;
  /** Seconds: 0 or 3..65535. */
  readonly holdTime: number;
  readonly routerId: number;
  readonly capabilities: readonly Capability[];
  /** `shared` when absent. */
  readonly capabilityParameters?: CapabilityParameters;
}

/** Routes of one family that share one attribute set; `attributes: null` withdraws them. */
export interface RouteBatch {
  readonly family: Family;
  readonly attributes: AttributeValues | null;
  /**
   * Values, or the wire form: that of a decoded UPDATE as it is, or of `NlriView.from`, for routes that are many or sent often. Empty for a
   * family without an NLRI codec. With path identifiers exactly where the session carries them (`CodecContext.addPathSend`, RFC 7911).
   */
  readonly nlri: readonly Prefix[] | NlriView;
  /** The NLRI field of a family without an NLRI codec, as it stands. */
  readonly opaqueNlri?: Uint8Array;
}
