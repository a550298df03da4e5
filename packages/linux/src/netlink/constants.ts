/** Numbers of linux/netlink.h, rtnetlink.h, if_addr.h and if_link.h. */

export const NLMSG = { error: 2, done: 3 } as const;

export const NLM_F = {
  request: 0x1,
  ack: 0x4,
  dumpInterrupted: 0x10,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  dump: 0x300,
  /** On an answer: the original message is cut to its header. */
  capped: 0x100,
  /** On an answer: extended acknowledgement attributes follow. */
  ackTlvs: 0x200,
} as const;

export const RTM = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddress: 20,
  delAddress: 21,
  getAddress: 22,
  newRoute: 24,
  delRoute: 25,
  getRoute: 26,
} as const;

/** Multicast groups as bits of `nl_groups`. */
export const GROUP = { link: 0x1, ipv4Address: 0x10, ipv4Route: 0x40, ipv6Address: 0x100, ipv6Route: 0x400 } as const;

export const SOL_NETLINK_OPTION = { capAck: 10, extAck: 11, strictCheck: 12 } as const;

export const NLMSGERR_ATTR = { message: 1, offset: 2, missingType: 5 } as const;

export const IFA = {
  address: 1,
  local: 2,
  label: 3,
  cacheInfo: 6,
  flags: 8,
  rtPriority: 9,
  proto: 11,
} as const;

/** IFA_F_* bits of `KernelAddress.flags` and `AddressRequest.flags`. */
export const IFA_F = {
  secondary: 0x01,
  nodad: 0x02,
  optimistic: 0x04,
  dadFailed: 0x08,
  deprecated: 0x20,
  tentative: 0x40,
  permanent: 0x80,
  noPrefixRoute: 0x200,
} as const;

export const IFLA = { address: 1, ifname: 3, mtu: 4, master: 10, linkInfo: 18, extMask: 29 } as const;

export const IFLA_INFO_KIND = 1;

/** RTEXT_FILTER_SKIP_STATS: counters make up most of a link's message and are not wanted here. */
export const SKIP_STATISTICS = 8;

/** IFF_* bits of `KernelLink.flags`. */
export const IFF = { up: 0x1, loopback: 0x8, pointToPoint: 0x10, lowerUp: 0x10000 } as const;

export const RTA = {
  destination: 1,
  outInterface: 4,
  gateway: 5,
  priority: 6,
  preferredSource: 7,
  multipath: 9,
  table: 15,
  via: 18,
} as const;

export const RTNH_F_ONLINK = 4;

/** Routing tables by number. */
export const ROUTE_TABLE = { main: 254, local: 255 } as const;

/** rtm_protocol of `ip route add` by hand. */
export const ROUTE_PROTOCOL_STATIC = 4;

/** RTN_* in order of their numbers. */
export const ROUTE_TYPES = [
  "unspecified",
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
  "nat",
  "xresolve",
] as const;
