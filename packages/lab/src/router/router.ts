/** One next hop of a route in the kernel of the router's namespace. */
export interface NextHop {
  /** Address of the next hop, in RFC 5952 form. */
  readonly via: string;
  /** Interface of the router it leaves through. */
  readonly device: string;
  /** 1..256; equal weights mean an equal share of the flows. */
  readonly weight: number;
}

/** One path to a prefix as the router's BGP table holds it. */
export interface BgpPath {
  /** The neighbour it came from. */
  readonly peer: string;
  readonly nextHop: string;
  readonly asPath: readonly number[];
  readonly origin: "igp" | "egp" | "incomplete";
  readonly med: number | null;
  readonly localPref: number | null;
  /** `a:b`, in the order the router prints. */
  readonly communities: readonly string[];
  /** `a:b:c`. */
  readonly largeCommunities: readonly string[];
  /** True for the path that won the decision process. */
  readonly best: boolean;
  /** True when the path is in the ECMP set the router forwards on (the best path is). */
  readonly multipath: boolean;
}

/** The router's end of one BGP session. */
export interface RouterSession {
  /** The neighbour's address. */
  readonly peer: string;
  /** Lower-case FSM state: `idle`, `connect`, `active`, `opensent`, `openconfirm`, `established`. */
  readonly state: string;
  /** The negotiated hold time in seconds, or null before OPENs were exchanged or where the daemon does not tell. */
  readonly holdTime: number | null;
  /** The last error the router shows for this neighbour, in its own words, or null. */
  readonly lastError: string | null;
}

/** A neighbour to configure on the router. */
export interface RouterPeer {
  /** The neighbour's name in the configuration: letters, digits and underscores. */
  readonly name: string;
  readonly address: string;
  readonly asn: number;
  /** Wait for the neighbour to connect instead of dialling it. Default true. */
  readonly passive?: boolean;
  /** The neighbour's port when the router dials. Default 179. */
  readonly port?: number;
  /** TCP MD5 key (RFC 2385). */
  readonly password?: string;
}

/** Settings of Linux' resilient next-hop groups. */
export interface ResilientGroups {
  /** Hash buckets of a group, 1..65535: many more than next hops. */
  readonly buckets: number;
  /** A bucket is given to another next hop for balance alone only after so many seconds without a packet. */
  readonly idleSeconds: number;
}

/** What a router is told before it starts. Drivers translate it into the daemon's own language. */
export interface RouterConfig {
  readonly asn: number;
  /** A dotted quad. */
  readonly routerId: string;
  readonly peers: readonly RouterPeer[];
  /** Port to listen on. Default 179. */
  readonly listenPort?: number;
  /** Hold time to offer, in seconds. Default 90. */
  readonly holdTime?: number;
  /** Routes over resilient next-hop groups; `embedded` alone has them. Default ordinary multipath routes. */
  readonly resilient?: ResilientGroups;
  /** How long BIRD refuses a neighbour after an error: at first and at most, in seconds. Default 1 and 5; BIRD's own is 60 and 300. */
  readonly birdErrorWait?: readonly [number, number];
  /** Text added to the daemon's configuration at the top level, in its own language; ignored by `embedded`. */
  readonly extra?: string;
}

/** A BGP router in the lab, whatever daemon is behind it. */
export interface Router {
  /** `embedded`, `bird`, `frr`, or the name a driver from elsewhere gives itself. */
  readonly kind: string;
  /** False when the daemon keeps its routes to itself: `routes` then answers with no next hops. */
  readonly installsRoutes: boolean;
  /** Start the daemon and wait until it listens. */
  start(): Promise<void>;
  /** Stop it in an orderly way; its routes leave the kernel. */
  stop(): Promise<void>;
  /** Stop and start it. */
  restart(): Promise<void>;
  /** Send a signal to the daemon: SIGKILL, or SIGSTOP and SIGCONT to freeze and thaw it. */
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): Promise<void>;
  /** The next hops of a prefix in the kernel of the router's namespace, sorted by address. */
  routes(prefix: string): Promise<readonly NextHop[]>;
  /** The paths to a prefix in the router's BGP table. */
  bgpTable(prefix: string): Promise<readonly BgpPath[]>;
  sessions(): Promise<readonly RouterSession[]>;
  /** Name and version as the daemon says it. */
  version(): Promise<string>;
  /** A sentence when the daemon has ended although nobody asked it to, else null. */
  complaint?(): string | null;
  /** What the daemon wrote on its standard output and error so far, for a failing test's message. */
  log(): readonly string[];
}

/** The routers that come with the lab. */
export type RouterKind = "embedded" | "bird" | "frr";
