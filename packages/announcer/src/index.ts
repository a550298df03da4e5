export { Announcer, type AnnouncerOptions } from "./announcer.ts";
export { attributesFor, normalForm, type RouteForm, type RouteMode, routeSignature } from "./ecmp/attributes.ts";
export { formatBitRate, isWeight, MAX_WEIGHT, MIN_WEIGHT, parseBitRate } from "./ecmp/bit-rate.ts";
export { type ComparedNode, compareNodes, type NodeDifference } from "./ecmp/compare-nodes.ts";
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
export { type FileSource, parseWeightSource, type WeightAnswer, type WeightSource } from "./ecmp/weight-source.ts";
export { WeightWatch, type WeightWatchOptions } from "./ecmp/weight-watch.ts";
export type { AnnouncerEvent, EventBase, EventBody, WithdrawReason } from "./events.ts";
export type {
  AllInput,
  AnyInput,
  Check,
  CheckGroup,
  CheckInput,
  CheckTiming,
  CheckTimingInput,
  DnsCheckInput,
  ExecCheckInput,
  HttpCheckInput,
  IcmpCheckInput,
  OnFailure,
  ProbeCheck,
  PushedCheck,
  PushedCheckInput,
  TcpCheckInput,
} from "./health/check.ts";
export { defaultTiming } from "./health/check-timing.ts";
export { type NodeChecksOptions, nodeChecks, type Ping } from "./health/checks/node-checks.ts";
export { askWeightSource } from "./health/checks/weight.ts";
export type { GivenHealth, Health } from "./health/health.ts";
export { type ParsedCheck, parseCheck } from "./health/parse-check.ts";
export {
  DNS_TYPES,
  type DnsProbe,
  type DnsType,
  type ExecProbe,
  type HealthPort,
  type HttpProbe,
  type IcmpProbe,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  type TcpProbe,
} from "./health/probe.ts";
export { splitWords } from "./health/words.ts";
export { contains } from "./intent/address.ts";
export {
  compareLargeCommunities,
  formatCommunity,
  type Parsed,
  parseCommunity,
  parseLargeCommunity,
} from "./intent/communities.ts";
export type { DesiredVip, EcmpInput, Refusal, RefusalRule, VipInput, WhenUnhealthy } from "./intent/desired-vip.ts";
export { checkVips, type GuardContext, guardVip, type HostFacts, hostFacts } from "./intent/guards.ts";
export { MAX_PREPEND, type ParsedVip, type ParsedVips, parseVip, parseVips } from "./intent/parse-vip.ts";
export { AnnouncerClosedError } from "./loop/closed-error.ts";
export { DrainNotKeptError } from "./loop/drains.ts";
export type { EventsOptions } from "./loop/event-hub.ts";
export type { Explanation, PeerExplanation } from "./loop/explain.ts";
export type { CheckExplanation, HealthExplanation, ProbeExplanation } from "./loop/explain-health.ts";
export type { IntentChange } from "./loop/intent.ts";
export type { CloseResult } from "./loop/shutdown.ts";
export { systemClock } from "./loop/system-clock.ts";
export type { StepFailure } from "./loop/vip-entry.ts";
export { plan } from "./plan/plan.ts";
export type { Announced, Observed, RouteState, Step, Wanted } from "./plan/step.ts";
export {
  completePolicy,
  type DampingPolicy,
  defaultPolicy,
  type HealthDampingPolicy,
  type HoldDownPolicy,
  type Policy,
} from "./policy.ts";
export type {
  AddressPort,
  Binding,
  Clock,
  DrainLoad,
  DrainPort,
  DrainState,
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
  TrafficPort,
  TrafficWatch,
} from "./ports.ts";
