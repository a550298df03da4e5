/** Numbers of the C library and the kernel's socket layer, as on x86, Arm, RISC-V and s390 (MIPS, PA-RISC and Alpha differ). */

export const AF = { unspec: 0, unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17 } as const;

export const SOCK = { stream: 1, datagram: 2, raw: 3, nonblock: 0o4000, cloexec: 0o2000000 } as const;

export const IPPROTO = { icmp: 1, icmpv6: 58 } as const;

export const SOL = { ip: 0, socket: 1, tcp: 6, ipv6: 41, packet: 263, netlink: 270 } as const;

export const SO = {
  reuseAddr: 2,
  receiveBuffer: 8,
  reusePort: 15,
  receiveTimeout: 20,
  bindToDevice: 25,
  attachFilter: 26,
  receiveBufferForce: 33,
  domain: 39,
} as const;

export const IP = { tos: 1, ttl: 2, minTtl: 21 } as const;

export const IPV6 = { unicastHops: 16, v6Only: 26, trafficClass: 67, minHopCount: 73 } as const;

export const TCP = { md5Signature: 14, userTimeout: 18, md5SignatureExtended: 32 } as const;

export const IOCTL = { sendQueue: 0x5411, interfaceName: 0x8910, interfaceIndex: 0x8933 } as const;

export const LOCK = { exclusive: 2, nonBlocking: 4, unlock: 8 } as const;

export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  EACCES: 13,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  EROFS: 30,
  ERANGE: 34,
  ENOLCK: 37,
  ENOSYS: 38,
  EPROTO: 71,
  EOVERFLOW: 75,
  ENOPROTOOPT: 92,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENOBUFS: 105,
} as const;
