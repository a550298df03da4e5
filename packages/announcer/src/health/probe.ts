/** Opens a TCP connection and closes it. */
export interface TcpProbe {
  readonly kind: "tcp";
  readonly host: string;
  /** 1..65535 */
  readonly port: number;
}

/** One request over a new connection. */
export interface HttpProbe {
  readonly kind: "http";
  /** `http:` or `https:`, without user name and password. */
  readonly url: string;
  readonly method: "GET" | "HEAD" | "OPTIONS";
  /** Accepted status codes: inclusive ranges, ascending. */
  readonly status: readonly (readonly [first: number, last: number])[];
  /** Text that the body must contain; null: any. */
  readonly bodyContains: string | null;
  /** A regular expression (ECMAScript, flag `u`) that the body must match; null: any. */
  readonly bodyMatches: string | null;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name for SNI and the certificate; null: the URL's. */
  readonly serverName: string | null;
  /** Files are read anew for each probe, so that rotated certificates are used; null: the system's. */
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** Accept any certificate. */
  readonly insecure: boolean;
  /** How many redirects are followed, 0..10. */
  readonly redirects: number;
  /** Octets of the body that are looked at; the rest is not read. */
  readonly maxBodyBytes: number;
}

/** Runs a program; exit code 0 is success. */
export interface ExecProbe {
  readonly kind: "exec";
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** An echo request (RFC 792, RFC 4443). */
export interface IcmpProbe {
  readonly kind: "icmp";
  readonly address: string;
}

/** A question to one DNS server over UDP. */
export interface DnsProbe {
  readonly kind: "dns";
  readonly server: string;
  readonly port: number;
  readonly name: string;
  readonly type: DnsType;
  /** Answers of which at least one must come; empty: any answer will do. */
  readonly expect: readonly string[];
}

/** Types of record that a {@link DnsProbe} can ask for. */
export const DNS_TYPES = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] as const;
/** One of {@link DNS_TYPES}. */
export type DnsType = (typeof DNS_TYPES)[number];

/** One thing to look at. Plain data: equal ones are one check, however many VIPs rest on it. */
export type Probe = TcpProbe | HttpProbe | ExecProbe | IcmpProbe | DnsProbe;

/** What came of a probe. */
export interface ProbeOutcome {
  readonly ok: boolean;
  /** One sentence without a full stop: `connect ECONNREFUSED 127.0.0.1:6443`, `status 200`. */
  readonly detail: string;
  /** What a program wrote, its end where it was much. */
  readonly output?: string;
}

/** What a probe is told besides what to look at. */
export interface ProbeContext {
  /** The VIP that asks, in normal form, and its address; the first where several share the probe. */
  readonly vip: string;
  readonly address: string;
  readonly interface: string;
  /** How long it has got before `signal` comes, milliseconds. */
  readonly timeoutMs: number;
  /** Time is up, or nobody wants to know any more: release everything and settle soon. */
  readonly signal: AbortSignal;
}

/** Carries out probes. `nodeChecks` of `@vipcast/announcer/checks` is one. */
export interface HealthPort {
  /** Resolves with what was found, also where that is bad. A rejection counts as failure. Never more than one at a time for the same check. */
  probe(probe: Probe, context: ProbeContext): Promise<ProbeOutcome>;
  /** Whether a file is there; for maintenance files. Rejects when that cannot be seen. */
  exists(path: string): Promise<boolean>;
}
