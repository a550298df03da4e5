import { CeaseSubcode, type StopReason } from "@vipcast/bgp";

// RFC 8538 §5.1: an end that is to last is a Hard Reset where both ends announced the N bit.

/** Ended by hand, until it is enabled again. */
export function shutdownReason(text: string): StopReason {
  return { subcode: CeaseSubcode.AdministrativeShutdown, text, hard: true };
}

/** Ended for good: the peer is ours no more. */
export const deconfiguredReason: StopReason = { subcode: CeaseSubcode.PeerDeconfigured, text: "", hard: true };

/** We come back in a moment, and graceful restart is to bridge it. */
export function restartReason(text: string): StopReason {
  return { subcode: CeaseSubcode.AdministrativeReset, text, bridged: true };
}
