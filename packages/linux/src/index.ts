export type { Libc, PollHandle } from "./libc/libc.ts";
export { type Capability, capabilityRemedy, LinuxError, type LinuxErrorFields } from "./libc/linux-error.ts";
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
  WatchOptions,
} from "./netlink/types.ts";
export type { DialOptions, ListenOptions, PeerKey, TcpOptions } from "./tcp/options.ts";
