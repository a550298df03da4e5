import type { StaleCause, SweepReason } from "@vipcast/bgp";

/** Why routes are kept that the peer has not confirmed, as the end of a sentence. */
export function staleWords(cause: StaleCause): string {
  switch (cause) {
    case "restart":
      return "the peer restarts, and graceful restart bridges it (RFC 4724)";
    case "refresh":
      return "the peer sends everything again (RFC 7313)";
  }
  return cause satisfies never;
}

/** Why they are kept no longer. */
export function sweepWords(reason: SweepReason): string {
  switch (reason) {
    case "end-of-rib":
      return "the peer has sent everything it has, and not these";
    case "end-of-refresh":
      return "the peer has sent everything again, and not these";
    case "timer":
      return "the peer has not sent them again in time";
    case "not-preserved":
      return "the peer came back and has not kept its forwarding state";
    case "restarted-again":
      return "the session ended again before the peer had sent them again";
    case "stopped":
      return "the session was ended on our side";
  }
  return reason satisfies never;
}
