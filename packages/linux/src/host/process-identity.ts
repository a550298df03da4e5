/** Which process, beyond its number: numbers are reused, and start over at a reboot. */
import { readFileSync } from "node:fs";

/** A process on this host. Equal only for the same process. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks after boot. */
  readonly startTicks: number;
  /** /proc/sys/kernel/random/boot_id: new at every boot. */
  readonly bootId: string;
}

/** The id of this boot of the kernel; "" where there is no /proc. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

/** The identity of a running process, or undefined when there is none of that number (or no /proc). */
export function processIdentity(pid: number = process.pid): ProcessIdentity | undefined {
  try {
    const startTicks = parseStartTicks(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return startTicks === undefined ? undefined : { pid, startTicks, bootId: bootId() };
  } catch {
    return undefined;
  }
}

/** Field 22 of a /proc/<pid>/stat line; the command in field 2 may hold spaces and parentheses itself. */
export function parseStartTicks(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[19]);
  return fields[0] === undefined || !Number.isSafeInteger(ticks) || fields[19] === "" ? undefined : ticks;
}

/** Whether that very process still runs. A zombie counts as ended. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = processIdentity(identity.pid);
  if (now === undefined || now.startTicks !== identity.startTicks || now.bootId !== identity.bootId) return false;
  try {
    const stat = readFileSync(`/proc/${identity.pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
