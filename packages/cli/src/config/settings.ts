import type { DesiredVip } from "@vipcast/announcer";
import type { PeerSettings } from "../announce/settings.ts";
import type { WeightFrom } from "../announce/watch-weight.ts";
import type { ListenSettings } from "../values/listen.ts";
import type { LogLevel } from "../values/log-level.ts";

/** A peer of the daemon. */
export interface ConfiguredPeer extends PeerSettings {
  /** Name of the environment variable that holds its TCP MD5 key. */
  readonly passwordVariable: string | null;
}

/** How the control API is reached. */
export interface ControlSettings {
  /** Null: the default; `none`: there is no Unix socket. */
  readonly socket: string | null;
  /** Name or number; null: that of the process. */
  readonly group: string | null;
  readonly listen: ListenSettings | null;
  readonly names: readonly string[];
  readonly tokenFile: string | null;
  readonly tls: { readonly certFile: string; readonly keyFile: string; readonly clientCaFile: string | null } | null;
}

/** What a configuration asks for, checked as far as that is possible without looking at the host. */
export interface ConfigSettings {
  readonly asn: number;
  /** Dotted, or null for automatic. */
  readonly routerId: string | null;
  readonly peers: readonly ConfiguredPeer[];
  readonly listen: readonly ListenSettings[];
  readonly vips: readonly DesiredVip[];
  /** What gives the weight of a VIP at run time, by prefix. */
  readonly weights: ReadonlyMap<string, WeightFrom>;
  /** Null: the default. */
  readonly stateDir: string | null;
  /** Null: made from the folder. */
  readonly instance: string | null;
  readonly drainMs: number;
  /** A drain ends early when no packet has arrived for so long; null: never. */
  readonly drainIdleMs: number | null;
  readonly stopTimeoutMs: number;
  /** `auto`, a large community, or null for none. */
  readonly nodeCommunity: string | null;
  /** Where metrics are served; null: nowhere. */
  readonly metrics: ListenSettings | null;
  readonly logLevel: LogLevel;
  readonly control: ControlSettings;
}
