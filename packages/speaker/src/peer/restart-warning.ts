import type { Negotiated } from "@vipcast/bgp";

/**
 * A sentence for the log when graceful restart and BFD work against each other on a session, else null. `bfd`: BFD watches it. A peer that
 * keeps our routes through an end of the session keeps them through a BFD Down as well, and sends traffic to a host that BFD has just found
 * dead (RFC 5882 §4.3); a peer whose BFD counts for more aborts graceful restart with each restart of ours. What it does cannot be seen here.
 */
export function restartWarning({ restartBridged, gracefulRestart }: Negotiated, bfd: boolean): string | null {
  if (!bfd || !restartBridged || gracefulRestart === null) return null;
  return `graceful restart was negotiated on a session that BFD watches: either the peer keeps routes to a host that BFD has found dead for up to the restart time, or BFD ends what graceful restart is to bridge (RFC 5882 §4.3): switch one of them off, or see that the router's BFD aborts graceful restart only when its forwarding plane says so`;
}

/** BFD Strict-Mode Capability (IANA "Capability Codes"; draft-ietf-idr-bgp-bfd-strict-mode). */
const bfdStrictMode = 74;

/** The peer's OPEN says that BFD is to watch the session. */
export function offersBfd({ peerOpen }: Negotiated): boolean {
  return peerOpen.capabilities.some(({ code }) => code === bfdStrictMode);
}
