import type { DesiredVip } from "@vipcast/announcer";
import type { ConfiguredPeer, ControlSettings } from "../config/settings.ts";
import type { ListenSettings } from "../values/listen.ts";
import type { LogLevel } from "../values/log-level.ts";

/** What a change does to traffic, from nothing to the worst. */
export type ReloadCost =
  /** Not one byte more than KEEPALIVEs on any session. */
  | "none"
  /** A route is sent or withdrawn; sessions stay. Where the set of next hops changes, routers move flows. */
  | "routes"
  /** A session ends and begins anew; its routes are gone in between. */
  | "session";

interface Common {
  readonly cost: ReloadCost;
  /** What is changed and what that costs, as a sentence without a period. */
  readonly sentence: string;
}

/** One thing a reload does. They are independent of each other. */
export type ReloadChange =
  | (Common & { readonly kind: "peer-add"; readonly peer: ConfiguredPeer })
  | (Common & { readonly kind: "peer-remove"; readonly address: string })
  /** With `when: "down"` the session stays as it is, and the change counts from the next one on. */
  | (Common & {
      readonly kind: "peer-replace";
      readonly peer: ConfiguredPeer;
      readonly when: "now" | "down";
      readonly fields: readonly string[];
    })
  | (Common & { readonly kind: "peer-key"; readonly address: string })
  | (Common & { readonly kind: "vip-add"; readonly vip: DesiredVip })
  | (Common & { readonly kind: "vip-remove"; readonly prefix: string })
  | (Common & { readonly kind: "vip-change"; readonly vip: DesiredVip; readonly fields: readonly string[] })
  /** What its weight is asked of, or how often. */
  | (Common & { readonly kind: "vip-weight"; readonly prefix: string })
  | (Common & { readonly kind: "listen-add"; readonly listen: ListenSettings })
  | (Common & { readonly kind: "listen-remove"; readonly listen: ListenSettings })
  | (Common & { readonly kind: "stopping"; readonly drainMs: number; readonly stopTimeoutMs: number })
  | (Common & { readonly kind: "metrics"; readonly listen: ListenSettings | null })
  | (Common & { readonly kind: "log-level"; readonly logLevel: LogLevel })
  | (Common & { readonly kind: "control"; readonly control: ControlSettings });

/** Everything a reload would do. */
export interface ReloadPlan {
  readonly changes: readonly ReloadChange[];
  /** What a reload cannot change, as sentences that say what to do; it stays as it is until a restart. */
  readonly needsRestart: readonly string[];
}
