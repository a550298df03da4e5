/** One end of a session, as the collision rule sees it. */
export interface Identity {
  readonly routerId: number;
  readonly asn: number;
}

/** The connection that we dialled, or the one that the peer dialled. */
export type Initiator = "local" | "remote";

/**
 * Which of two colliding connections lives: the one that was initiated by the speaker with the higher BGP Identifier
 * (RFC 4271 §6.8); when both have the same, by the one with the higher AS number (RFC 6286 §2.3). Both ends compute the
 * same answer. Equal in both is refused by the OPEN check (RFC 6286 §2.2); here it counts as ours.
 */
export function survivingInitiator(local: Identity, remote: Identity): Initiator {
  if (local.routerId !== remote.routerId) return local.routerId > remote.routerId ? "local" : "remote";
  return local.asn >= remote.asn ? "local" : "remote";
}
