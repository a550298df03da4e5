import type { RouteForm, RouteMode } from "../ecmp/attributes.ts";
import type { WithdrawReason } from "../events.ts";
import type { Health } from "../health/health.ts";
import type { DesiredVip, Refusal } from "../intent/desired-vip.ts";
import type { Binding, HostState, LedgerEntry } from "../ports.ts";

/** One thing to do for one VIP. */
export type Step =
  /** Write into the ledger that the binding is ours, or (where the kernel keeps no marks, before it is bound) is going to be. */
  | { readonly kind: "record"; readonly vip: string; readonly entry: LedgerEntry }
  | { readonly kind: "bind"; readonly vip: string; readonly binding: Binding }
  /** Bind again what somebody removed, while the route stays announced. */
  | { readonly kind: "restore"; readonly vip: string; readonly binding: Binding }
  /** Announce with the attributes of that mode; `worst` here is a degraded VIP. */
  | { readonly kind: "announce"; readonly vip: string; readonly mode: RouteMode }
  /** Announce the worst preference before the withdrawal; for a degraded VIP, which has it, this is where its drain time begins. */
  | { readonly kind: "drain"; readonly vip: string }
  | { readonly kind: "withdraw"; readonly vip: string; readonly reason: WithdrawReason }
  | {
      readonly kind: "wait";
      readonly vip: string;
      readonly ms: number;
      readonly until: "drained" | "routers-know" | "address-back";
    }
  | { readonly kind: "unbind"; readonly vip: string; readonly binding: Binding }
  | { readonly kind: "forget"; readonly vip: string; readonly entry: LedgerEntry };

/** What is wanted of one VIP at this moment. */
export interface Wanted {
  readonly vip: DesiredVip;
  /** `drain`: taken out by request; `remove`: no longer in the intent; `stop`: the announcer ends. */
  readonly goal: "serve" | "drain" | "remove" | "stop";
  /** `healthy` is announced, `degraded` with the worst preference, the others are not. */
  readonly health: Health;
  /** A guard refuses it now. */
  readonly refusal: Refusal | null;
  /**
   * A step failed a moment ago and is not tried again yet. `backoff`: binding; `not-taken`: announcing; `paused`: one that the route does not depend
   * on.
   */
  readonly hold: "none" | "backoff" | "not-taken" | "paused";
  /** Held down because its address keeps being removed: not announced, and not bound again. It does not keep anything from being taken away. */
  readonly damped: boolean;
  /** How long a drain lasts from its first announcement; 0 skips it. */
  readonly drainMs: number;
  /** In how many milliseconds a drain may end because no packet has come for long enough, if none comes until then; null: only its time counts. */
  readonly quietInMs: number | null;
  /** How much longer it is announced as standby, because it has become able to serve a moment ago; 0: not any more. */
  readonly standbyMs: number;
  /** Bits per second; null: no weight. */
  readonly weight: number | null;
}

/** What our Adj-RIB-Out holds for a VIP. */
export interface Announced extends RouteForm {
  /** `routeSignature` of what was announced. */
  readonly signature: string;
  readonly sinceMs: number;
  /** At the worst preference because it is about to be withdrawn, and not because it is degraded; `sinceMs` is when that began. */
  readonly draining: boolean;
}

/** What this process knows about a VIP besides the host's state. */
export interface RouteState {
  readonly announced: Announced | null;
  /** When the last withdrawal was handed over; null when there was none since the last unbind. */
  readonly withdrawnAtMs: number | null;
  /** When the address was found missing; whoever plans notes that time. Looked at only while it is missing. */
  readonly lostAtMs: number | null;
}

/** Everything {@link plan} looks at. */
export interface Observed extends HostState {
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  readonly ledger: readonly LedgerEntry[];
  readonly routes: ReadonlyMap<string, RouteState>;
}
