import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";

const names = new Map<number, string>();
for (const [name, number] of Object.entries(constants.errno)) if (!names.has(number)) names.set(number, name);

/** The symbolic name of an error number, as `EPERM` for 1; `E<number>` when the platform has no name for it. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `E${errno}`;
}

/** The system's words for an error number, as "operation not permitted" for 1. */
export function errnoText(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[1] ?? `error ${errno}`;
}

/** What a `LinuxError` is made from. */
export interface LinuxErrorFields {
  /** A positive error number; 0 where no system call failed. */
  readonly errno: number;
  /** Overrides the name derived from `errno`. */
  readonly code?: string;
  /** What was being done, in words: "add address 192.0.2.10/32 to lo". */
  readonly operation: string;
  /** The kernel's own words (extended acknowledgement), when it gave any. */
  readonly detail?: string;
  /** What the operator can do about it, one sentence. */
  readonly remedy?: string;
}

/**
 * A refusal by the kernel or the file system. `code` is stable ("EPERM", "EEXIST", …); `detail` holds the kernel's own
 * words, or the system's text for the error number; `remedy` says what to do when that is known.
 */
export class LinuxError extends Error {
  override readonly name: string = "LinuxError";
  readonly code: string;
  readonly errno: number;
  readonly operation: string;
  readonly detail: string;
  readonly remedy: string | undefined;

  constructor(fields: LinuxErrorFields) {
    const code = fields.code ?? errnoName(fields.errno);
    const detail = fields.detail || errnoText(fields.errno);
    super(`${fields.operation}: ${code}: ${detail}${fields.remedy === undefined ? "" : `; ${fields.remedy}`}`);
    this.code = code;
    this.errno = fields.errno;
    this.operation = fields.operation;
    this.detail = detail;
    this.remedy = fields.remedy;
  }
}

/** The capabilities this package's operations can need. */
export type Capability = "CAP_NET_ADMIN" | "CAP_NET_BIND_SERVICE" | "CAP_NET_RAW";

/** How to give a process a capability, as one sentence fit for an error message. */
export function capabilityRemedy(capability: Capability): string {
  const lower = capability.toLowerCase();
  return (
    `this needs ${capability}: run as root, or set AmbientCapabilities=${capability} in the systemd unit, ` +
    `or run \`setcap ${lower}+ep\` on the node executable`
  );
}
