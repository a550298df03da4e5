import type { DnsType, Probe } from "./probe.ts";

/** What a failing check does to its VIP: takes its route away, or gives it the worst preference. */
export type OnFailure = "withdraw" | "degrade";

/** When a check runs and how often it must agree with itself. In a group: what holds for those of its checks that do not say. */
export interface CheckTimingInput {
  /** From one start to the next, milliseconds 10..86400000; default 1000. A little earlier at random, never later. */
  readonly intervalMs?: number;
  /** The interval before the first verdict and while results differ from it, milliseconds 10..`intervalMs`; default `intervalMs`. */
  readonly fastIntervalMs?: number;
  /** An answer that comes later is none, milliseconds 1..`intervalMs`; default 500, or the interval where that is shorter. */
  readonly timeoutMs?: number;
  /** So many successes in a row make it healthy, 1..100; default 2. */
  readonly rise?: number;
  /** So many failures in a row make it unhealthy, 1..100; default 3. */
  readonly fall?: number;
  /** From the first start, before the first verdict, failures do not count for so long, milliseconds 0..86400000; default 0. */
  readonly graceMs?: number;
  /** Default `withdraw`; `degrade` for `icmp`: a router that limits ping must not withdraw a fleet. */
  readonly onFailure?: OnFailure;
}

/** `{ tcp: "127.0.0.1:6443" }`. In this and other targets `{vip}` stands for the VIP's address. */
export interface TcpCheckInput extends CheckTimingInput {
  readonly tcp: string;
}

/** `{ http: "https://127.0.0.1:6443/readyz", caFile: "/etc/kubernetes/pki/ca.crt" }`. Each probe is a new connection. */
export interface HttpCheckInput extends CheckTimingInput {
  readonly http: string;
  /** Default GET. */
  readonly method?: "GET" | "HEAD" | "OPTIONS";
  /** Accepted status codes, `200-299,304`; default `200-299`. */
  readonly status?: string;
  readonly bodyContains?: string;
  /** ECMAScript regular expression. */
  readonly bodyMatches?: string;
  /** `Host` included. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly serverName?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Accept any certificate; default false. */
  readonly insecure?: boolean;
  /** Redirects to follow, 0..10; default 0. */
  readonly redirects?: number;
  /** How much of the body is looked at, 0..1048576 octets; default 65536. */
  readonly maxBodyBytes?: number;
}

/**
 * `{ exec: ["/usr/local/bin/ready", "--quick"] }`. No shell: a text is divided at its spaces, with quotes as in a shell and nothing else. The program sees
 * `VIPCAST_VIP`, `VIPCAST_ADDRESS`, `VIPCAST_INTERFACE` and `VIPCAST_TIMEOUT_MS`.
 */
export interface ExecCheckInput extends CheckTimingInput {
  readonly exec: string | readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `{ icmp: "10.0.0.254" }` */
export interface IcmpCheckInput extends CheckTimingInput {
  readonly icmp: string;
}

/** `{ dns: "10.0.0.53", name: "example.org" }`: the server, with port where it is not 53. */
export interface DnsCheckInput extends CheckTimingInput {
  readonly dns: string;
  readonly name: string;
  /** Default A. */
  readonly type?: DnsType;
  /** At least one of these must be in the answer; default: any answer. */
  readonly expect?: readonly string[];
}

/** A verdict that must be pushed with `setHealth` before the VIP is announced. */
export interface PushedCheckInput {
  readonly pushed: true;
  readonly onFailure?: OnFailure;
}

/** Healthy when every one is. */
export interface AllInput extends CheckTimingInput {
  readonly all: readonly CheckInput[];
}

/** As healthy as the best of them. */
export interface AnyInput extends CheckTimingInput {
  readonly any: readonly CheckInput[];
}

/** A check as a user declares it. */
export type CheckInput =
  | TcpCheckInput
  | HttpCheckInput
  | ExecCheckInput
  | IcmpCheckInput
  | DnsCheckInput
  | PushedCheckInput
  | AllInput
  | AnyInput;

/** {@link CheckTimingInput} with nothing left open. */
export interface CheckTiming {
  readonly intervalMs: number;
  readonly fastIntervalMs: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
  readonly graceMs: number;
}

/** One probe, repeated. */
export interface ProbeCheck {
  readonly kind: "probe";
  /** For people: `tcp://127.0.0.1:6443`. */
  readonly name: string;
  readonly probe: Probe;
  readonly timing: CheckTiming;
  readonly onFailure: OnFailure;
}

/** A verdict from outside. */
export interface PushedCheck {
  readonly kind: "pushed";
  readonly onFailure: OnFailure;
}

/** Several checks as one. */
export interface CheckGroup {
  readonly kind: "all" | "any";
  readonly of: readonly Check[];
  readonly onFailure: OnFailure;
}

/** A validated check: plain data, equal ones are the same check. */
export type Check = ProbeCheck | PushedCheck | CheckGroup;
