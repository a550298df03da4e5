// The stable names of @vipcast/bgp, by area.

// bytes
export { formatAddress, formatRouterId, parseAddress, parseRouterId } from "./bytes/address.ts";
export { equalBytes, fromHex, toHex } from "./bytes/hex.ts";
export { Reader } from "./bytes/reader.ts";
export { decodeUtf8, encodeUtf8 } from "./bytes/utf8.ts";
export { Writer } from "./bytes/writer.ts";
// codec
export { MpReach } from "./codec/attributes/14-mp-reach-nlri.ts";
export { MpUnreach } from "./codec/attributes/15-mp-unreach-nlri.ts";
export { aigpMetric, aigpTlv } from "./codec/attributes/aigp-metric.ts";
export { asTrans, pathLength } from "./codec/attributes/as-path-segments.ts";
export { hashBytes } from "./codec/attributes/canonical.ts";
export {
  formatCommunity,
  formatLargeCommunity,
  parseCommunity,
  parseLargeCommunity,
} from "./codec/attributes/community-text.ts";
export {
  decodeExtendedCommunity,
  type ExtendedCommunity,
  encodeExtendedCommunity,
  formatExtendedCommunity,
} from "./codec/attributes/extended-community.ts";
export { type AttributeVisitor, PathAttributes } from "./codec/attributes/path-attributes.ts";
export { labelIndex, PrefixSidTlv } from "./codec/attributes/prefix-sid-tlv.ts";
export { AttributeFlag, type Json } from "./codec/attributes/spec.ts";
export type { Tlv } from "./codec/attributes/tlv.ts";
export {
  type AsPathSegment,
  type AttributeValues,
  Origin,
  type RawAttribute,
  SegmentType,
} from "./codec/attributes/values.ts";
export type { Role } from "./codec/capabilities/009-role.ts";
export type { Capability } from "./codec/capabilities/spec.ts";
export { type CodecContext, defaultCodecContext } from "./codec/context.ts";
export { BgpEncodeError, type BgpEncodeErrorCode } from "./codec/encode-error.ts";
export { Framer } from "./codec/framer.ts";
export { headerLength, maxClassicMessageLength, maxExtendedMessageLength } from "./codec/header.ts";
export { toJSON } from "./codec/json.ts";
export {
  type CapabilityParameters,
  decodeMessage,
  encodeMessage,
  encodeRoutes,
  type KeepaliveMessage,
  type MalformedMessage,
  type Message,
  MessageType,
  type NotificationMessage,
  type OpenMessage,
  type OutgoingMessage,
  type OutgoingOpen,
  type RouteBatch,
  type RouteRefreshMessage,
  type UpdateMessage,
} from "./codec/message.ts";
export type { NlriVisitor } from "./codec/nlri/family.ts";
export { formatPrefix, type Prefix, parsePrefix } from "./codec/nlri/prefix.ts";
export { formatRouteDistinguisher, parseRouteDistinguisher } from "./codec/nlri/route-distinguisher.ts";
export { NlriView } from "./codec/nlri/view.ts";
export { type NotificationBody, Outcome, type Problem } from "./codec/outcome.ts";
export { RouteRefreshSubtype } from "./codec/route-refresh.ts";
export {
  describeNotification,
  encodeShutdownCommunication,
  shutdownCommunication,
} from "./codec/shutdown-communication.ts";
// fsm
export { type Identity, type Initiator, survivingInitiator } from "./fsm/collision.ts";
export {
  type GracefulRestartOffer,
  type IdleHold,
  type MaxPrefixes,
  type OptionalCapabilities,
  type PeerConfig,
  type PeerConfigOptions,
  peerConfig,
  type RemoteAs,
} from "./fsm/config.ts";
export type { DownReason, FsmEffect } from "./fsm/effect.ts";
export { type CloseCause, type FsmEvent, type FsmEventType, fsmEventNumbers } from "./fsm/event.ts";
export { type Negotiated, negotiate, type OpenVerdict } from "./fsm/negotiate.ts";
export { type OwnOpen, ownOpen, type RestartState } from "./fsm/open.ts";
export { type RetrySchedule, retryDelayMs } from "./fsm/retry.ts";
export {
  type ActiveState,
  type ConnectState,
  type EstablishedState,
  type FsmState,
  type FsmStateName,
  fsmStateNames,
  type IdleState,
  initialState,
  type OpenConfirmState,
  type OpenSentState,
} from "./fsm/state.ts";
export type { TimerEventType, TimerName, Timers } from "./fsm/timers.ts";
export {
  type At,
  expiredTimer,
  nextAttempt,
  nextDeadline,
  type Transition,
  transition,
} from "./fsm/transition.ts";
export { type ConfigProblem, PeerConfigError, validatePeerConfig } from "./fsm/validate.ts";
// iana
export { afiOf, Family, familyFromName, familyName, familyOf, safiOf } from "./iana/afi-safi.ts";
export { AttributeCode, attributeName } from "./iana/attribute-codes.ts";
export { CapabilityCode, capabilityName } from "./iana/capability-codes.ts";
export {
  CeaseSubcode,
  FsmSubcode,
  HeaderSubcode,
  NotificationCode,
  notificationName,
  OpenSubcode,
  RouteRefreshSubcode,
  UpdateSubcode,
} from "./iana/notification-codes.ts";
export { GRACEFUL_SHUTDOWN, WELL_KNOWN_COMMUNITIES } from "./iana/well-known-communities.ts";
// rib
export { AdjRibIn, type AdjRibInOptions } from "./rib/adj-rib-in.ts";
export { AdjRibOut } from "./rib/adj-rib-out.ts";
export type { Outgoing, OutgoingBatch } from "./rib/adj-rib-out-entry.ts";
export { DEFAULT_PATH_ID, type RefusedPath } from "./rib/adj-rib-out-entry.ts";
export { attributeKey } from "./rib/attribute-key.ts";
export { AttributeTable } from "./rib/attribute-table.ts";
export { type Candidate, type Decision, type DecisionOptions, decide, type RouteSource } from "./rib/decision.ts";
export { LocRib, type LocRibChange, type LocRibOptions, type LocRibWatcher } from "./rib/loc-rib.ts";
export { LocRibSnapshot } from "./rib/loc-rib-snapshot.ts";
export { checkOnlyToCustomer, setOnlyToCustomer } from "./rib/only-to-customer.ts";
export { pathShares } from "./rib/path-shares.ts";
export {
  acceptAll,
  type DesiredAttributes,
  type DesiredRoute,
  type ExportDecision,
  type ExportPolicy,
  type ImportPolicy,
} from "./rib/policy.ts";
export { type PrefixKey, pathKey, prefixKey } from "./rib/prefix-key.ts";
export type { Labels, RibChange, RibRoute, RouteListener } from "./rib/rib-route.ts";
export type { RouteFacts } from "./rib/route-facts.ts";
// session
export type {
  DownEvent,
  MessageCounters,
  PrefixCount,
  SessionEvent,
  SessionSnapshot,
  StopReason,
  TimedNotification,
} from "./session/events.ts";
export type {
  AcceptResult,
  HeldDown,
  PeerDownEvent,
  PeerEvent,
  PeerSessionSnapshot,
  Slot,
} from "./session/peer-events.ts";
export { PeerSession } from "./session/peer-session.ts";
export type { PeerSessionOptions } from "./session/peer-session-options.ts";
export { Session, type SessionOptions } from "./session/session.ts";
export type { StaleCause, StaleEvent, StaleFamily, SweepReason } from "./session/stale-routes.ts";
