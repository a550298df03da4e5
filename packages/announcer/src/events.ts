import type { RefusalRule } from "./intent/desired-vip.ts";
import type { NotificationText } from "./ports.ts";

/** Part of every event: when, and why in sentences, nearest cause first. */
export interface EventBase {
  /** ISO 8601 with milliseconds, UTC. */
  readonly time: string;
  readonly causes: readonly string[];
}

/** What happened, without `time` and `causes`. All times in fields are milliseconds, `holdTime` is seconds. */
export type EventBody =
  | { readonly event: "peer.connecting"; readonly peer: string }
  | {
      readonly event: "peer.established";
      readonly peer: string;
      readonly asn: number;
      readonly holdTime: number;
      readonly families: readonly string[];
    }
  | {
      readonly event: "peer.down";
      readonly peer: string;
      readonly reason: string;
      readonly notification?: NotificationText;
    }
  | { readonly event: "vip.bound"; readonly vip: string; readonly interface: string; readonly adopted: boolean }
  /** The UPDATE was handed to the kernel. */
  | {
      readonly event: "vip.announced";
      readonly vip: string;
      readonly peer: string;
      /** Equal on two nodes: their routes compare equal, see `fingerprint`. */
      readonly fingerprint?: string;
    }
  | { readonly event: "vip.withdrawn"; readonly vip: string; readonly peer: string; readonly reason: WithdrawReason }
  | { readonly event: "vip.draining"; readonly vip: string; readonly drainMs: number }
  | { readonly event: "vip.unbound"; readonly vip: string; readonly interface: string }
  | { readonly event: "vip.unhealthy"; readonly vip: string }
  | { readonly event: "vip.healthy"; readonly vip: string }
  /** From now on announced with the worst preference. */
  | { readonly event: "vip.degraded"; readonly vip: string }
  | { readonly event: "vip.refused"; readonly vip: string; readonly rule: RefusalRule }
  /** It runs, and a subnet that contains it was connected since: neighbours there may lose it. */
  | { readonly event: "vip.on-link"; readonly vip: string }
  /** A step failed and will be tried again. */
  | {
      readonly event: "vip.failed";
      readonly vip: string;
      readonly step: string;
      readonly code: string;
      readonly retryInMs: number;
    }
  /** Removed again and again: withdrawn and held down. */
  | { readonly event: "vip.damped"; readonly vip: string; readonly removals: number; readonly holdDownMs: number }
  /** Its health went bad again and again: stays as bad as it is for a while, although it may become better. */
  | { readonly event: "vip.damped"; readonly vip: string; readonly flaps: number; readonly holdDownMs: number }
  | { readonly event: "address.lost"; readonly vip: string; readonly interface: string }
  | {
      readonly event: "address.restored";
      readonly vip: string;
      readonly interface: string;
      readonly afterMs: number;
      readonly withdrawn: boolean;
    }
  | { readonly event: "ledger.failed"; readonly code: string }
  /** What is drained could not be read or written down: a restart may not know of it. */
  | { readonly event: "drains.failed"; readonly code: string }
  /** Addresses with our mark that the ledger did not know: it was missing, damaged or a step behind. */
  | { readonly event: "ledger.rebuilt"; readonly entries: number }
  | { readonly event: "config.reloaded"; readonly added: number; readonly changed: number; readonly removed: number }
  | { readonly event: "events.lost"; readonly count: number };

/** Why a route was withdrawn. */
export type WithdrawReason = "removed" | "stopping" | "drained" | "unhealthy" | "refused" | "address-lost" | "damped";

/** One line of `vipcast ... --json`. */
export type AnnouncerEvent = EventBase & EventBody;
