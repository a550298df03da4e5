export { Announcer, type AnnouncerOptions, type CloseResult, type IntentChange } from "./announcer.ts";
export { attributesFor, normalForm, type RouteForm, type RouteMode, routeSignature } from "./ecmp/attributes.ts";
export { formatBitRate, isWeight, MAX_WEIGHT, MIN_WEIGHT, parseBitRate } from "./ecmp/bit-rate.ts";
export { fingerprint } from "./ecmp/fingerprint.ts";
export { NODE_COMMUNITY_FUNCTION, type NodeIdentity, nodeCommunityOf, routerIdOf } from "./ecmp/node-identity.ts";
export { BEST_PREFERENCE, PREFERENCE_STEP, STANDBY_PREFERENCE } from "./ecmp/preference.ts";
export {
  overrideTimers,
  type ResolvedTimers,
  resolveTimers,
  TIMER_PROFILES,
  type TimerOverrides,
  type TimerProfile,
  type Timers,
} from "./ecmp/timers.ts";
export { linkBandwidth, type WeightPolicy } from "./ecmp/weight.ts";
export type { AnnouncerEvent, EventBase, EventBody, WithdrawReason } from "./events.ts";
export type { GivenHealth, Health } from "./health/health.ts";
export { contains } from "./intent/address.ts";
export {
  compareLargeCommunities,
  formatCommunity,
  type Parsed,
  parseCommunity,
  parseLargeCommunity,
} from "./intent/communities.ts";
export type { DesiredVip, EcmpInput, Refusal, RefusalRule, VipInput } from "./intent/desired-vip.ts";
export { checkVips, type GuardContext, guardVip, type HostFacts, hostFacts } from "./intent/guards.ts";
export { MAX_PREPEND, type ParsedVip, type ParsedVips, parseVip, parseVips } from "./intent/parse-vip.ts";
export type { EventsOptions } from "./loop/event-hub.ts";
export type { Explanation, PeerExplanation } from "./loop/explain.ts";
export type { StepFailure } from "./loop/vip-entry.ts";
export { plan } from "./plan/plan.ts";
export type { Announced, Observed, RouteState, Step, Wanted } from "./plan/step.ts";
export { completePolicy, type DampingPolicy, defaultPolicy, type Policy } from "./policy.ts";
export type {
  AddressPort,
  Binding,
  Clock,
  HostAddress,
  HostEvent,
  HostLink,
  HostState,
  LedgerEntry,
  LedgerLoad,
  LedgerPort,
  LedgerResult,
  LocalSpeaker,
  Logger,
  NotificationText,
  PeerEvent,
  PortError,
  Ports,
  RouteAnnouncement,
  RouteAttributes,
  RoutePeer,
  RoutePort,
} from "./ports.ts";
