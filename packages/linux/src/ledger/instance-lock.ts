/**
 * One running process per instance name and state folder. The kernel's flock decides and forgets a crashed owner by itself;
 * the file says who the owner is, and decides alone where flock cannot be had.
 */
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isRunning, type ProcessIdentity, processIdentity } from "../host/process-identity.ts";
import { ERRNO, LOCK } from "../libc/constants.ts";
import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import { LinuxError } from "../libc/linux-error.ts";
import type { OwnershipMark } from "../ownership/mark.ts";
import { fileError, makeFolder } from "./atomic-file.ts";
import { parseLedger } from "./entries.ts";
import { ledgerFileName } from "./ledger.ts";

/** A lock that is held until `release`, or until this process ends in whatever way. */
export interface InstanceLock {
  readonly path: string;
  /** Gives it up. Releasing twice is harmless. */
  release(): void;
}

/** What became of asking for the lock. Every message names what to do. */
export type LockOutcome =
  | {
      readonly kind: "acquired";
      readonly lock: InstanceLock;
      /** The lock holds, but its file could not be made to say who holds it (a full disk). */
      readonly warning: LinuxError | undefined;
    }
  | { readonly kind: "held"; readonly owner: ProcessIdentity | undefined; readonly message: string }
  | { readonly kind: "mark-taken"; readonly instance: string; readonly message: string }
  | { readonly kind: "failed"; readonly error: LinuxError };

/** Whose lock, and where. */
export interface LockOptions {
  readonly stateDir: string;
  readonly mark: OwnershipMark;
  /** The C library to call; default: this process's own, through koffi. */
  readonly libc?: Libc;
}

/** Asks for the lock of an instance, without waiting. */
export function acquireInstanceLock(options: LockOptions): LockOutcome {
  const { stateDir, mark } = options;
  const path = join(stateDir, `${mark.instance}.lock`);
  const unmade = makeFolder(stateDir);
  if (unmade !== undefined) return { kind: "failed", error: unmade };
  let fd: number;
  try {
    fd = openSync(path, "a+", 0o644);
  } catch (error) {
    return { kind: "failed", error: fileError(error, `lock ${path}`) };
  }
  const owner = readOwner(path);
  const flock = tryFlock(fd, options.libc);
  if (flock === "held" || isAnotherRunning(owner)) {
    closeSync(fd);
    return { kind: "held", owner, message: heldMessage(options, owner) };
  }
  const sibling = siblingWithSameMark(stateDir, mark);
  if (sibling !== undefined) {
    closeSync(fd);
    return {
      kind: "mark-taken",
      instance: sibling,
      message:
        `the instance names "${mark.instance}" and "${sibling}" share the ownership mark ${mark.proto}, ` +
        "so that each would take the other's addresses for its own; choose another name",
    };
  }
  const warning = writeOwner(path, fd);
  // Without flock the file's text is the lock.
  if (warning !== undefined && flock === "unavailable") {
    closeSync(fd);
    return { kind: "failed", error: warning };
  }
  return { kind: "acquired", lock: heldLock(path, fd), warning };
}

function writeOwner(path: string, fd: number): LinuxError | undefined {
  try {
    ftruncateSync(fd, 0);
    writeSync(fd, `${JSON.stringify(processIdentity() ?? { pid: process.pid })}\n`);
    return undefined;
  } catch (error) {
    return fileError(error, `write ${path}`);
  }
}

function heldLock(path: string, fd: number): InstanceLock {
  let held = true;
  return {
    path,
    // The file stays: removing it would let two processes lock two files of one name.
    release: () => {
      if (!held) return;
      held = false;
      try {
        ftruncateSync(fd, 0);
      } finally {
        closeSync(fd);
      }
    },
  };
}

function tryFlock(fd: number, given: Libc | undefined): "locked" | "held" | "unavailable" {
  let libc: Libc;
  try {
    libc = given ?? systemLibc();
  } catch (error) {
    if (error instanceof LinuxError) return "unavailable";
    throw error;
  }
  for (;;) {
    if (libc.flock(fd, LOCK.exclusive | LOCK.nonBlocking) === 0) return "locked";
    const errno = libc.errno();
    if (errno === ERRNO.EINTR) continue;
    // File systems without locks answer ENOLCK, EOPNOTSUPP or ENOSYS.
    return errno === ERRNO.EAGAIN ? "held" : "unavailable";
  }
}

function readOwner(path: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, startTicks, bootId } = value as Partial<ProcessIdentity>;
    if (typeof pid !== "number" || typeof startTicks !== "number" || typeof bootId !== "string") return undefined;
    return { pid, startTicks, bootId };
  } catch {
    // Empty after a release, or half written by an owner that is starting: flock has the last word.
    return undefined;
  }
}

function isAnotherRunning(owner: ProcessIdentity | undefined): boolean {
  return owner !== undefined && owner.pid !== process.pid && isRunning(owner);
}

function heldMessage({ stateDir, mark }: LockOptions, owner: ProcessIdentity | undefined): string {
  const who = owner === undefined ? "another process" : `process ${owner.pid}`;
  return (
    `${who} is already running the instance "${mark.instance}" with the state folder ${stateDir}; ` +
    "stop it, or give this one another instance name"
  );
}

// A sibling's ledger with entries of our mark means addresses in the kernel that would look like ours.
function siblingWithSameMark(stateDir: string, mark: OwnershipMark): string | undefined {
  for (const file of readdirSync(stateDir)) {
    if (!file.endsWith(ledgerFileName("")) || file === ledgerFileName(mark.instance)) continue;
    try {
      const content = parseLedger(readFileSync(join(stateDir, file), "utf8"));
      if (typeof content !== "string" && content.entries.some((entry) => entry.mark === mark.proto)) {
        return content.instance;
      }
    } catch {
      // A sibling's ledger that cannot be read is its owner's trouble.
    }
  }
  return undefined;
}
