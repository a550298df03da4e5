export { LabError, type LabErrorCode } from "./errors.ts";
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
export type { BrokenPromise, FaultMeasurement, LabMode, LabResult, StepResult } from "./scenario/result.ts";
