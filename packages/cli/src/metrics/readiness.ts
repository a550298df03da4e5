import type { FsmStateName } from "@vipcast/bgp";

/** What {@link readiness} looks at. */
export interface ReadinessFacts {
  /** The host's addresses have been read, and what is wanted is being bound. */
  readonly observed: boolean;
  readonly stopping: boolean;
  /** The whole node is drained. */
  readonly drained: boolean;
  readonly peers: readonly { readonly state: FsmStateName }[];
}

/**
 * Whether this node does its work, as sentences that say why not; none means ready. That a VIP is not healthy does not count: it is withdrawn, and
 * that is the work.
 */
export function readiness({ observed, stopping, drained, peers }: ReadinessFacts): readonly string[] {
  const reasons: string[] = [];
  if (stopping) reasons.push("it is being stopped");
  if (drained) reasons.push("the whole node is drained");
  if (!observed) reasons.push("the addresses of this host have not been read yet");
  if (peers.length > 0 && !peers.some(({ state }) => state === "Established"))
    reasons.push(`no session is Established, of ${peers.length}`);
  return reasons;
}
