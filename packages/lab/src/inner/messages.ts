/** What the helper processes are told (one JSON argument, then lines on standard input) and what they say (lines on standard output). */

import type { RouteGap, RouteReading } from "./watch.ts";

/** The argument of a host's service. */
export interface ServiceArguments {
  /** What it answers with. */
  readonly name: string;
  readonly port: number;
  /** Addresses to listen on. */
  readonly listen: readonly string[];
  /** VIPs whose coming and going in this namespace is reported; empty where nothing can be watched. */
  readonly watch: readonly string[];
}

export type ServiceMessage =
  | { readonly kind: "listening" }
  | { readonly kind: "address"; readonly vip: string; readonly bound: boolean; readonly at: number };

/** One destination of a prober. */
export interface ProbeTarget {
  readonly key: string;
  readonly address: string;
  readonly port: number;
  /** Local address to connect from, or null for the kernel's choice. */
  readonly source: string | null;
}

/** The argument of a prober. */
export interface ProberArguments {
  readonly targets: readonly ProbeTarget[];
  /** Time between two new connections to one target; 0 for none but those that are ordered. */
  readonly intervalMs: number;
  /** A connection without an answer for so long has failed. */
  readonly timeoutMs: number;
  /** A held connection whose echo does not come back for so long is broken. */
  readonly silenceMs: number;
  /** Time between two octets on a held connection. Default 40. */
  readonly speakMs?: number;
  /** VIPs whose routes in this namespace's kernel are reported; empty for none. */
  readonly watchRoutes: readonly string[];
}

/** An order to a prober. */
export type ProberOrder =
  | {
      readonly op: "hold";
      readonly group: number;
      readonly target: string;
      readonly count: number;
      /** Local addresses, taken in turn; empty for that of the target. */
      readonly sources: readonly string[];
    }
  | {
      readonly op: "transfer";
      readonly group: number;
      readonly target: string;
      /** A connection from each. */
      readonly sources: readonly string[];
      /** What each sends, all of which must come back. */
      readonly octets: number;
      readonly limitMs: number;
    }
  | { readonly op: "release"; readonly group: number };

/** A connection that sent a lot and waited for all of it. */
export interface Transfer {
  readonly source: string;
  /** Who answered, or null. */
  readonly answer: string | null;
  /** From the connection's begin to the last octet, or null when it did not come within the limit. */
  readonly ms: number | null;
}

export type ProberMessage =
  /** Index of the target, begin, duration, answer, error. */
  | {
      readonly kind: "probes";
      readonly list: readonly (readonly [number, number, number, string | null, string | null])[];
    }
  | {
      readonly kind: "held";
      readonly group: number;
      readonly id: number;
      readonly target: string;
      readonly answer: string;
    }
  | { readonly kind: "hold-done"; readonly group: number }
  | {
      readonly kind: "broken";
      readonly group: number;
      readonly id: number;
      readonly at: number;
      readonly error: string;
    }
  | { readonly kind: "transferred"; readonly group: number; readonly list: readonly Transfer[] }
  | RouteReading
  | RouteGap;
