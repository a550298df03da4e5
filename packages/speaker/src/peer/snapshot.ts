import type { DownReason, FsmStateName, RemoteAs, Role, StaleCause } from "@vipcast/bgp";
import type { FamilyName } from "../peer-options.ts";

/** Messages and octets since the peer was added; sessions add up. */
export interface PeerCounters {
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly updatesReceived: number;
  readonly updatesSent: number;
  readonly octetsReceived: number;
  readonly octetsSent: number;
  /** How often the session reached Established. */
  readonly established: number;
}

/** A NOTIFICATION as a snapshot keeps it. */
export interface PeerSnapshotNotification {
  readonly direction: "sent" | "received";
  readonly code: number;
  readonly subcode: number;
  /** Code, subcode and shutdown text in words. */
  readonly text: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The end of a session or attempt as a snapshot keeps it. */
export interface PeerSnapshotDown {
  readonly reason: DownReason;
  /** A sentence for people. */
  readonly cause: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What is only known while Established. */
export interface PeerSnapshotSession {
  /** Negotiated, seconds; 0 means no hold timer. */
  readonly holdTime: number;
  /** Seconds between our KEEPALIVEs; 0 means none. */
  readonly keepalive: number;
  readonly families: readonly FamilyName[];
  /** Families whose routes carry path identifiers (RFC 7911): those we send, and those the peer sends. */
  readonly addPath: { readonly send: readonly FamilyName[]; readonly receive: readonly FamilyName[] };
  /** What the peer does when it is asked for its routes again: nothing, sends them, or also marks begin and end (RFC 2918, RFC 7313). */
  readonly routeRefresh: "none" | "plain" | "enhanced";
  /** What the peer's OPEN says about graceful restart; absent: nothing, or we did not offer it. */
  readonly gracefulRestart?: PeerSnapshotRestart;
  /** Families whose End-of-RIB we have not sent in this session (RFC 4724 §2). */
  readonly endOfRibOutstanding: readonly FamilyName[];
  /** `host:port`, IPv6 in brackets. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The peer's AS, as its OPEN says. */
  readonly asn: number;
  /** What the peer says it is to us (RFC 9234); absent when it says nothing. */
  readonly peerRole?: Role;
  /** For each family with a limit. */
  readonly prefixes: readonly PeerSnapshotPrefixes[];
  /** Dotted BGP Identifier of the peer. */
  readonly routerId: string;
}

/** What was said about graceful restart in an OPEN (RFC 4724 §3). */
export interface PeerSnapshotRestart {
  /** Seconds. */
  readonly restartTime: number;
  /** N bit (RFC 8538). */
  readonly notification: boolean;
  /** R bit. */
  readonly restarted: boolean;
  /** Families, and whether their forwarding state was preserved (F bit). */
  readonly families: readonly { readonly family: string; readonly forwarding: boolean }[];
}

/** Routes that the peer has not confirmed, and why they are kept. */
export interface PeerSnapshotStale {
  readonly family: FamilyName;
  readonly cause: StaleCause;
  /** A sentence for people. */
  readonly why: string;
  /** Accepted routes that are still stale. */
  readonly routes: number;
  /** ISO 8601. */
  readonly since: string;
  /** When they are dropped at the latest, ISO 8601. */
  readonly until: string;
}

/** The options of a peer in force, its groups and the defaults included. Times are seconds. */
export interface PeerSnapshotOptions {
  readonly asn: RemoteAs;
  readonly localAs: number;
  readonly port: number;
  readonly passive: boolean;
  readonly holdTime: number;
  /** Absent: a third of the negotiated hold time. */
  readonly keepalive?: number;
  readonly connectRetry: number;
  readonly delayOpen: number;
  readonly families: readonly FamilyName[];
  readonly extendedNextHop: boolean;
  /** Present when graceful restart is offered. */
  readonly gracefulRestart?: { readonly restartTime: number; readonly notification: boolean };
  readonly staleTime: number;
  /** Address or interface. */
  readonly source?: string;
  readonly interface?: string;
  readonly multihop?: number;
  readonly ttlSecurity?: number;
  /** Whether there is a TCP MD5 password; never the password itself. */
  readonly md5: boolean;
  readonly trafficClass?: number;
  readonly userTimeout?: number;
  readonly role?: Role;
}

/** How many prefixes of a family the peer announces, and how many it may. */
export interface PeerSnapshotPrefixes {
  readonly family: FamilyName;
  readonly count: number;
  readonly limit: number;
}

/** A desired route that is not sent, and why. */
export interface RefusedRoute {
  readonly prefix: string;
  /** Present when the route named one. */
  readonly pathId?: number;
  readonly reason: string;
}

/** The state of a peer at one moment; plain data that can be printed as JSON. */
export interface PeerSnapshot {
  readonly address: string;
  /** 0 while it is not known: `"external"` is configured and no session has told it yet. */
  readonly asn: number;
  readonly description?: string;
  readonly options: PeerSnapshotOptions;
  /** The listen range this dynamic neighbour came from. */
  readonly range?: string;
  readonly state: FsmStateName;
  /** When `state` was entered, ISO 8601. */
  readonly since: string;
  /** No session is attempted: `removePeer` or `close` was called. */
  readonly closed: boolean;
  /** `pause()` is in effect. */
  readonly paused: boolean;
  /** `shutdown()` is in effect, with this text. */
  readonly shutdown?: string;
  /** Nothing is accepted from the peer, although it was not shut down: why, and until when (ISO 8601; absent: until `enable`). */
  readonly heldDown?: { readonly cause: string; readonly until?: string };
  /** What graceful restart, or a route refresh under way, keeps although the peer has not confirmed it. */
  readonly stale: readonly PeerSnapshotStale[];
  /** `gracefulShutdown(true)` is in effect. */
  readonly gracefulShutdown: boolean;
  /** Present while Established. */
  readonly session?: PeerSnapshotSession;
  readonly counters: PeerCounters;
  readonly routes: {
    /** Asked for. */
    readonly desired: number;
    /** Sent on this session and not withdrawn since. */
    readonly advertised: number;
    /** Waiting to be sent or withdrawn. */
    readonly pending: number;
    /** Asked for but not possible towards this peer. */
    readonly refused: readonly RefusedRoute[];
    /** Accepted from the peer. */
    readonly received: number;
  };
  /** The latest NOTIFICATION of each direction, kept over sessions. */
  readonly lastNotificationSent?: PeerSnapshotNotification;
  readonly lastNotificationReceived?: PeerSnapshotNotification;
  /** Why the latest session or attempt ended. */
  readonly lastDown?: PeerSnapshotDown;
}
