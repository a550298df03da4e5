/** Kernel settings under /proc/sys. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ERRNO } from "../libc/constants.ts";
import { capabilityRemedy, LinuxError } from "../libc/linux-error.ts";

const ROOT = "/proc/sys";
const COMPONENT = /^[A-Za-z0-9_@:+-][A-Za-z0-9_.@:+-]*$/;

/**
 * A setting's name: "net.ipv4.ip_forward", or its parts where one of them holds dots itself, as an interface may:
 * `["net", "ipv4", "conf", "eth0.100", "arp_ignore"]`.
 */
export type SysctlName = string | readonly string[];

/** Reads a setting without its final newline. Throws `LinuxError`: EINVAL for a name that is none, ENOENT, EACCES. */
export function readSysctl(name: SysctlName): string {
  const { path, text } = locate(name, "read");
  try {
    return readFileSync(path, "utf8").replace(/\n$/, "");
  } catch (error) {
    throw sysctlError(error, `read sysctl ${text}`);
  }
}

/** Writes a setting. Throws `LinuxError`: EINVAL for a name that is none, ENOENT, EACCES, EROFS, and the kernel's own. */
export function writeSysctl(name: SysctlName, value: string | number): void {
  const { path, text } = locate(name, "write");
  try {
    // Opened for writing only: a setting that does not exist must not be created, and none can be.
    writeFileSync(path, String(value), { flag: "r+" });
  } catch (error) {
    throw sysctlError(error, `write sysctl ${text}=${value}`);
  }
}

function locate(name: SysctlName, verb: string): { path: string; text: string } {
  const parts = typeof name === "string" ? name.split(".") : name;
  const text = parts.join(".");
  if (parts.length === 0 || !parts.every((part) => COMPONENT.test(part))) {
    throw new LinuxError({
      errno: ERRNO.EINVAL,
      operation: `${verb} sysctl ${text}`,
      detail: "that is not the name of a setting",
    });
  }
  return { path: join(ROOT, ...parts), text };
}

function sysctlError(error: unknown, operation: string): LinuxError {
  if (!(error instanceof Error) || !("errno" in error) || typeof error.errno !== "number") throw error;
  const errno = Math.abs(error.errno);
  const remedy = sysctlRemedy(errno);
  return new LinuxError({ errno, operation, ...(remedy === undefined ? {} : { remedy }) });
}

function sysctlRemedy(errno: number): string | undefined {
  switch (errno) {
    case ERRNO.EACCES:
    case ERRNO.EPERM:
      return `${capabilityRemedy("CAP_NET_ADMIN")}; /proc/sys belongs to root, so that a sysctl.d file may be simpler`;
    case ERRNO.EROFS:
      return "/proc/sys is mounted read-only, as in most containers: set it on the host, or through the container runtime";
    default:
      return undefined;
  }
}
