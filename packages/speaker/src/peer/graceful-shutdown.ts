import { type ExportDecision, type ExportPolicy, GRACEFUL_SHUTDOWN } from "@vipcast/bgp";
import type { ResolvedAttributes } from "../routes/resolve-attributes.ts";

/**
 * RFC 8326 §4: while `active`, every route leaves with the community GRACEFUL_SHUTDOWN, and with LOCAL_PREF 0 towards our own AS, so
 * that the peers move to other paths before these ones go.
 */
export function withGracefulShutdown(
  policy: ExportPolicy<ResolvedAttributes>,
  internal: boolean,
  active: () => boolean,
): ExportPolicy<ResolvedAttributes> {
  return (wanted, family): ExportDecision => {
    const decision = policy(wanted, family);
    if ("refused" in decision || !active()) return decision;
    const { communities = [] } = decision.attributes;
    return {
      attributes: {
        ...decision.attributes,
        communities: communities.includes(GRACEFUL_SHUTDOWN) ? communities : [...communities, GRACEFUL_SHUTDOWN],
        ...(internal ? { localPref: 0 } : {}),
      },
    };
  };
}
