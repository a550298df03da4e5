/** Stable codes of `LabError`; the sentence beside one may change, the code may not. */
export type LabErrorCode =
  /** A program the lab needs is not installed. */
  | "tool-missing"
  /** The chosen router is not installed. */
  | "router-missing"
  /** The kernel or a container refuses the namespaces the lab needs. */
  | "namespaces-forbidden"
  /** An option is out of its range. */
  | "bad-option"
  /** The inner process ended while somebody still needed it. */
  | "lab-ended"
  /** A command inside the lab failed. */
  | "command-failed"
  /** Something that had to become true did not in time. */
  | "timeout"
  /** The lab was built without what was asked (for example kernel routes in loopback mode). */
  | "unsupported";

/** Every error the lab raises on its own; `message` names the remedy where there is one. */
export class LabError extends Error {
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string) {
    super(message);
    this.name = "LabError";
    this.code = code;
  }
}
