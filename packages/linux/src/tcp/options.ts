/** Socket options of one TCP connection. A field left out leaves the kernel's default. */
export interface TcpOptions {
  /** RFC 2385 key, 1..80 bytes; text is taken as UTF-8. */
  readonly md5Key?: string | Uint8Array;
  /** RFC 5082: the peer is at most this many hops away, 1..254. Sends with TTL 255 and drops what arrives below 255 - hops + 1. */
  readonly ttlSecurityHops?: number;
  /** The TTL or hop limit of what we send, 1..255; not together with `ttlSecurityHops`. */
  readonly ttl?: number;
  /** TOS or traffic class, 0..255; 0xC0 (CS6) is what routing protocols use. */
  readonly trafficClass?: number;
  /** SO_BINDTODEVICE: only this interface, or VRF. */
  readonly device?: string;
  /** TCP_USER_TIMEOUT in milliseconds: how long sent data may stay unacknowledged before the connection is given up. */
  readonly userTimeoutMs?: number;
}

/** A connection to open. Addresses are literals; an IPv6 link-local one carries its zone: "fe80::1%eth0". */
export interface DialOptions extends TcpOptions {
  readonly host: string;
  /** 1..65535. */
  readonly port: number;
  /** Source address; the kernel chooses when left out. */
  readonly localAddress?: string;
  /** Source port, 0 (default) lets the kernel choose. */
  readonly localPort?: number;
}

/** The RFC 2385 key expected from one peer of a listener. */
export interface PeerKey {
  /** Address literal; an IPv4 one is turned into its IPv4-mapped form on an IPv6 listener. */
  readonly peer: string;
  /** 0..32 or 0..128: the key holds for a whole prefix (TCP_MD5SIG_EXT); default: this address alone. */
  readonly prefixLength?: number;
  /** 1..80 bytes. */
  readonly key: string | Uint8Array;
}

/** A listener to open. */
export interface ListenOptions {
  /** Address literal to listen on: "0.0.0.0", "::", or one of the host's addresses. */
  readonly host: string;
  /** 0..65535; 0 lets the kernel choose. */
  readonly port: number;
  /** Keep IPv4 off an IPv6 listener, so that `0.0.0.0` and `::` coexist on one port; default true. */
  readonly ipv6Only?: boolean;
  readonly backlog?: number;
  readonly md5Keys?: readonly PeerKey[];
  /**
   * RFC 5082 for every connection: TTL 255 out, and packets from further away are dropped from the handshake on. For peers
   * that differ, set `ttl: 255` here and call `applyTcpOptions` on the accepted socket.
   */
  readonly ttlSecurityHops?: number;
  /** The TTL or hop limit of what we send, inherited by accepted sockets; not together with `ttlSecurityHops`. */
  readonly ttl?: number;
  readonly trafficClass?: number;
  readonly device?: string;
  readonly userTimeoutMs?: number;
  /** Several processes may listen on the port (SO_REUSEPORT); default false. SO_REUSEADDR is always set. */
  readonly reusePort?: boolean;
}
