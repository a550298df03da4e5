import type { Server, Socket } from "node:net";

/** What a TCP connection to a peer needs beyond host and port. */
export interface SocketProtection {
  /** TCP MD5 key (RFC 2385), 1..80 octets in UTF-8. */
  readonly password?: string;
  /** Hops the peer may be away, 1..254: packets with a TTL under `256 - ttlSecurity` are dropped, ours leave with 255 (RFC 5082). */
  readonly ttlSecurity?: number;
  /** TTL of our packets, 1..255; without it and without `ttlSecurity` the system's default. */
  readonly multihop?: number;
  /** Bind the socket to this interface or VRF (`SO_BINDTODEVICE`), 1..15 characters. */
  readonly interface?: string;
  /** TOS or traffic class of our packets, 0..255; default 192 (CS6, RFC 4594 §3.2) where the transport can set it. */
  readonly trafficClass?: number;
  /** Seconds that sent data may stay unacknowledged before TCP gives up, 1..65535 (`TCP_USER_TIMEOUT`); default: the system's, minutes. */
  readonly userTimeout?: number;
}

/** Segments that this host has dropped without an answer, as the kernel counts them: for all peers together. */
export interface DropCounters {
  /** Signed with another TCP MD5 key than the one set. */
  readonly wrongKey: number;
  /** Not signed, although a key is set. */
  readonly missingKey: number;
  /** Signed, although no key is set. */
  readonly unexpectedKey: number;
  /** Their TTL was below what `ttlSecurity` allows. */
  readonly lowTtl: number;
}

/** How to reach a peer. */
export interface DialOptions extends SocketProtection {
  /** IPv4 or IPv6 address; a link-local one carries its zone: `fe80::1%eth0`. */
  readonly host: string;
  readonly port: number;
  /** Local address to connect from. */
  readonly localAddress?: string;
}

/** A configured peer as a listener sees it: keys and TTL limits belong to addresses. */
export interface ListenPeer extends SocketProtection {
  readonly address: string;
  /** The key holds for all addresses of this prefix: a range of dynamic neighbours. */
  readonly prefixLength?: number;
}

/** What to listen on. */
export interface ListenOptions {
  /** Address; `"0.0.0.0"` or `"::"` (IPv6 only) for all. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The peers configured at this moment; later changes arrive through {@link Transport.peersChanged}. */
  readonly peers: readonly ListenPeer[];
}

/** Where a listener ended up. */
export interface BoundAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * How sockets are made. The composition root injects these to put MD5 keys, TTL limits, TOS and device on them; the
 * defaults use plain `node:net` and refuse the options of {@link SocketProtection} in words.
 */
export interface Transport {
  /** Returns a socket that is connecting. It emits `connect`, or `error` and `close`; the speaker owns it from then on. */
  readonly connect?: (options: DialOptions) => Socket;
  /** Resolves to a listening server; rejects with the system's error (`EACCES`, `EADDRINUSE`) as it is. */
  readonly listen?: (options: ListenOptions) => Promise<Server>;
  /** Called for each listening server when peers are added or removed after `listen`. */
  readonly peersChanged?: (
    server: Server,
    change: { readonly added: readonly ListenPeer[]; readonly removed: readonly ListenPeer[] },
  ) => void;
  /**
   * Changes the TCP MD5 key of a connection that is up, to `peer.password` or, without one, to none. Where it is absent or
   * throws, the session is reset instead when a password changes.
   */
  readonly rekey?: (socket: Socket, peer: ListenPeer) => void;
  /** What was dropped without an answer so far, to say what a dial that nobody answers may be about; null where nobody counts. */
  readonly silentDrops?: () => DropCounters | null;
  /** Called for each accepted socket of a configured peer before it is used; when it throws, the connection is closed. */
  readonly accepted?: (socket: Socket, peer: ListenPeer) => void;
}
