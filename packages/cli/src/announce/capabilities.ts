import { readFileSync } from "node:fs";

/** Bits of the capability sets in /proc (include/uapi/linux/capability.h). */
const bits = { CAP_NET_BIND_SERVICE: 10n, CAP_NET_ADMIN: 12n } as const;

/**
 * Whether this process has a capability in its own user namespace. Without /proc the answer is yes: then the kernel says no when it is used.
 */
export function hasCapability(name: keyof typeof bits): boolean {
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return effective === undefined || ((BigInt(`0x${effective}`) >> bits[name]) & 1n) === 1n;
  } catch {
    return true;
  }
}
