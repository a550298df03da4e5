export { LabError, type LabErrorCode } from "./errors.ts";
export { Daemon, type DaemonProgram } from "./router/daemon.ts";
export type {
  BgpPath,
  NextHop,
  Router,
  RouterConfig,
  RouterKind,
  RouterPeer,
  RouterSession,
} from "./router/router.ts";
export { type LabOutput, type LabRun, type RunLabOptions, runLab, type ScenarioName } from "./run/run-lab.ts";
export { LabProcess, type ProcessExit, type ProcessLine } from "./sandbox/lab-process.ts";
export { type ExecResult, monotonicMs } from "./sandbox/protocol.ts";
export { type ExecOptions, Sandbox } from "./sandbox/sandbox.ts";
export type { Isolation } from "./sandbox/shape.ts";
export { findProgram } from "./sandbox/tools.ts";
export type { BrokenPromise, FaultMeasurement, LabMode, LabResult, StepResult } from "./scenario/result.ts";
export { sleep, waitFor } from "./wait.ts";
