/**
 * How an address tells who added it. Kernels from 5.18 keep one byte per address (IFA_PROTO); older ones keep at least a
 * 32-bit metric (IFA_RT_PRIORITY). Routes carry the same byte in rtm_protocol, on every kernel.
 */
import type { KernelAddress, KernelRoute } from "../netlink/types.ts";

/** The mark of one instance. */
export interface OwnershipMark {
  readonly instance: string;
  /** IFA_PROTO of its addresses and rtm_protocol of its routes: 118 for "default", else 100..185 without 118. */
  readonly proto: number;
  /** IFA_RT_PRIORITY of its addresses where there is no IFA_PROTO: the letters "vip" and the byte above. */
  readonly rtPriority: number;
}

/** Which of the two the kernel keeps. */
export type MarkMethod = "proto" | "rt-priority";

/** The instance name that stands for "there is only one". */
export const DEFAULT_INSTANCE = "default";

const DEFAULT_PROTO = 118;
/** Clear of the kernel's own values (0..3), of rtm_protocol's registered ones (up to 99 and from 186) and of 255. */
const FIRST_PROTO = 100;
const LAST_PROTO = 185;
const RT_PRIORITY_BASE = 0x76697000;

const INSTANCE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** Whether a name may name an instance: 1 to 63 letters, digits, `_`, `.` and `-`, starting with a letter or digit. */
export function isInstanceName(name: string): boolean {
  return INSTANCE_NAME.test(name);
}

/**
 * The mark of an instance, the same on every host and in every version. Two names may share one of the 85 values:
 * `acquireInstanceLock` finds that out. Throws RangeError for a name that `isInstanceName` refuses.
 */
export function ownershipMark(instance: string = DEFAULT_INSTANCE): OwnershipMark {
  if (!isInstanceName(instance)) {
    throw new RangeError(
      `"${instance}" is not an instance name: use 1 to 63 letters, digits, "_", "." and "-", starting with a letter or digit`,
    );
  }
  const proto = instance === DEFAULT_INSTANCE ? DEFAULT_PROTO : hashedProto(instance);
  return { instance, proto, rtPriority: RT_PRIORITY_BASE + proto };
}

// FNV-1a, 32 bits: published, short and stable; nothing here needs to resist an adversary.
function hashedProto(instance: string): number {
  let hash = 0x811c9dc5;
  for (const octet of new TextEncoder().encode(instance)) hash = Math.imul(hash ^ octet, 0x01000193) >>> 0;
  const value = FIRST_PROTO + (hash % (LAST_PROTO - FIRST_PROTO));
  return value >= DEFAULT_PROTO ? value + 1 : value;
}

/** Whether the address carries the mark, by either method. */
export function isMarked(address: Pick<KernelAddress, "proto" | "rtPriority">, mark: OwnershipMark): boolean {
  return address.proto === mark.proto || address.rtPriority === mark.rtPriority;
}

/** Whether the route carries the mark. */
export function isMarkedRoute(route: Pick<KernelRoute, "protocol">, mark: OwnershipMark): boolean {
  return route.protocol === mark.proto;
}

/** Whether a kernel release ("5.15.0-91-generic") is one that keeps IFA_PROTO (5.18 or later). */
export function keepsAddressProto(release: string): boolean {
  const [major = 0, minor = 0] = release.split(/[.-]/, 2).map(Number);
  return major > 5 || (major === 5 && minor >= 18);
}
