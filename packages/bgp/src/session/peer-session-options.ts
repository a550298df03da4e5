import type { PeerConfig } from "../fsm/config.ts";
import type { RestartState } from "../fsm/open.ts";

/** What a `PeerSession` is made of. */
export interface PeerSessionOptions {
  readonly config: PeerConfig;
  /** In [0, 1), for the jitter of timers. */
  readonly random: () => number;
  /**
   * After each `open` event hold our KEEPALIVE back until `admit` or `reject`, so that a refusal goes out before it and the
   * peer never believes that the session is up. The hold timer bounds the wait. Default: no.
   */
  readonly awaitVerdict?: boolean;
  /** See `SessionOptions.restartState`. */
  readonly restartState?: () => RestartState;
}
