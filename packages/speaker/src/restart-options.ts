import type { FamilyName } from "./peer-options.ts";

/**
 * What graceful restart tells the peers about us (RFC 4724 §4.1). Counts only towards peers with the option `gracefulRestart`, and
 * only as long as their restart time since the speaker was made.
 */
export interface RestartOptions {
  /**
   * R bit: whether this process goes on with what an earlier one did until a moment ago. Asked at each OPEN until
   * `initialRoutesComplete`. Default: no.
   */
  readonly restarted?: () => boolean;
  /**
   * F bit: whether the packets for everything we announce, or announced when the last session ended, still arrive where they should: same
   * boot, the addresses still bound, the services last known to be healthy. Asked at each OPEN; one that throws counts as false. Default: no.
   */
  readonly forwardingPreserved?: (family: FamilyName) => boolean;
  /** Keep End-of-RIB back until `speaker.initialRoutesComplete()`; default false: it follows the routes that are there. */
  readonly awaitInitialRoutes?: boolean;
}
