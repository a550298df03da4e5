export { countAnswers, measureOutage, type Outage, type Probe, worstOutage } from "./client/measure.ts";
export { type BrokenConnection, type HeldConnection, type HeldGroup, Prober } from "./client/prober.ts";
export { LabError, type LabErrorCode } from "./errors.ts";
export type { HashPolicy } from "./flows/client-host.ts";
export { countResets, type ResetCount, type Spread, spreadOf } from "./flows/count.ts";
export { type EcmpMeasurement, type EcmpOptions, measureEcmp } from "./flows/ecmp.ts";
export { type EcmpEvent, type EcmpEventName, type EventAction, ecmpEvents } from "./flows/ecmp-events.ts";
export { type HashMember, movedShares } from "./flows/hash-threshold.ts";
export { measureOnLink, type OnLinkMeasurement, type OnLinkOptions } from "./flows/on-link.ts";
export {
  type FailureKind,
  failureKinds,
  measureOutages,
  type OutageMeasurement,
  type OutageOptions,
  type TimerProfile,
  timerProfiles,
} from "./flows/outages.ts";
export {
  measurePathMtu,
  type PathMtuMeasurement,
  type PathMtuOptions,
  type PathMtuRemedy,
} from "./flows/path-mtu.ts";
export type { ProberArguments, ProbeTarget, Transfer } from "./inner/messages.ts";
export type { RouteReading } from "./inner/watch.ts";
export { Lab, type LabOptions, type RouterFactory } from "./lab.ts";
export { announceArguments } from "./node/announce-arguments.ts";
export { type AddressChange, LabNode, type NodeEvent, type NodeState } from "./node/lab-node.ts";
export { ProcessorWaits, readWaitedMs } from "./node/processor-waits.ts";
export { type BirdSession, parseBirdProtocols } from "./router/bird-text.ts";
export { Daemon, type DaemonProgram } from "./router/daemon.ts";
export { frrFolder, frrPrograms, frrRequired, vtyshCommand } from "./router/frr-programs.ts";
export { parseFrrNeighbors } from "./router/frr-text.ts";
export { kernelNextHops, parseKernelRoutes } from "./router/kernel-routes.ts";
export { createRouter, routerKinds } from "./router/registry.ts";
export type {
  BgpPath,
  NextHop,
  ResilientGroups,
  Router,
  RouterConfig,
  RouterKind,
  RouterPeer,
  RouterSession,
} from "./router/router.ts";
export type { LabOutput } from "./run/output.ts";
export { type LabRun, type RunLabOptions, runLab } from "./run/run-lab.ts";
export { LabProcess, type ProcessExit, type ProcessLine } from "./sandbox/lab-process.ts";
export { type ExecResult, monotonicMs } from "./sandbox/protocol.ts";
export { type ExecOptions, Sandbox } from "./sandbox/sandbox.ts";
export type { Isolation } from "./sandbox/shape.ts";
export { findProgram, requireRouter, requireTools, searchPath } from "./sandbox/tools.ts";
export { type ChaosFault, type ChaosTargets, chaosSchedule, describeChaosFault } from "./scenario/chaos-schedule.ts";
export {
  checkAnsweredByItself,
  checkAnsweredInQuiet,
  checkAnswersWhileAnnounced,
  checkBoundWhileAnnounced,
  checkCleanedUp,
  checkWithdrawnBeforeUnbound,
  type Excuse,
  type Observation,
  type QuietTime,
  type Tenure,
  tenures,
  type UnboundWhileAnnounced,
  unboundWhileAnnounced,
} from "./scenario/promises.ts";
export { type ScenarioName, scenarios } from "./scenario/registry.ts";
export type {
  BrokenPromise,
  ChaosRecord,
  FaultMeasurement,
  LabMode,
  LabResult,
  StepResult,
} from "./scenario/result.ts";
export {
  type Fault,
  type Scenario,
  type ScenarioListener,
  type ScenarioOptions,
  ScenarioRun,
} from "./scenario/run.ts";
export { buildTopology, hostAddresses, isBound } from "./topology/build.ts";
export {
  addressOf,
  type HostAddresses,
  maxNodes,
  type NodePlan,
  nodeOfNextHop,
  type Plan,
  type PlanOptions,
  planLab,
  vantageKey,
} from "./topology/plan.ts";
export { sleep, waitFor } from "./wait.ts";
