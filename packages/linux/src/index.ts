/**
 * The Linux kernel from Node: addresses, links and routes over rtnetlink, TCP sockets with the options that routing protocols
 * need, kernel settings, and the ledger of what was added. Importing it touches nothing; it loads its FFI at first use.
 */
export { type ConnectedSubnet, type HostNetworks, hostNetworks } from "./host/host-networks.ts";
export { bootId, isRunning, type ProcessIdentity, processIdentity } from "./host/process-identity.ts";
export { replaceProcess } from "./host/replace-process.ts";
export { readSysctl, type SysctlName, writeSysctl } from "./host/sysctl.ts";
export { type PingOptions, ping } from "./icmp/ping.ts";
export { makeFolder, writeFileAtomically } from "./ledger/atomic-file.ts";
export { entriesFromMarks, type LedgerContent, type LedgerEntry } from "./ledger/entries.ts";
export { acquireInstanceLock, type InstanceLock, type LockOptions, type LockOutcome } from "./ledger/instance-lock.ts";
export { Ledger, type LedgerOptions, type LedgerReading } from "./ledger/ledger.ts";
export { systemLibc } from "./libc/koffi.ts";
export type { Libc, PollHandle } from "./libc/libc.ts";
export { type Capability, capabilityRemedy, LinuxError, type LinuxErrorFields } from "./libc/linux-error.ts";
export { IFA_F, ROUTE_TABLE } from "./netlink/constants.ts";
export { Rtnetlink, type RtnetlinkOptions } from "./netlink/rtnetlink.ts";
export type {
  AddressFamily,
  AddressFilter,
  AddressReference,
  AddressRequest,
  AddressScope,
  InterfaceReference,
  KernelAddress,
  KernelChange,
  KernelLink,
  KernelNextHop,
  KernelRoute,
  NextHopRequest,
  RouteFilter,
  RouteRequest,
  RouteType,
  Watch,
  WatchedRoutes,
  WatchOptions,
} from "./netlink/types.ts";
export {
  DEFAULT_INSTANCE,
  isInstanceName,
  isMarked,
  isMarkedRoute,
  keepsAddressProto,
  type MarkMethod,
  type OwnershipMark,
  ownershipMark,
} from "./ownership/mark.ts";
export { PacketCounter } from "./packet/packet-counter.ts";
export { type ServiceNotifier, type ServiceState, serviceNotifier, watchdogMs } from "./systemd/notify.ts";
export { applyTcpOptions, setPeerKey, unsentBytes } from "./tcp/connection.ts";
export { dial } from "./tcp/dial.ts";
export { descriptorOf } from "./tcp/handle-fd.ts";
export { listen } from "./tcp/listen.ts";
export type { DialOptions, ListenOptions, PeerKey, TcpOptions } from "./tcp/options.ts";
export { type SilentDrops, silentDrops } from "./tcp/silent-drops.ts";
