import { type ExportPolicy, type Negotiated, setOnlyToCustomer } from "@vipcast/bgp";
import type { LocalAddress } from "../options.ts";
import { exportPolicy } from "../routes/export-policy.ts";
import type { ResolvedAttributes } from "../routes/resolve-attributes.ts";
import { withGracefulShutdown } from "./graceful-shutdown.ts";
import type { PeerSettings } from "./peer-settings.ts";

/** What the routes that leave over one established session depend on. */
export interface SessionContext {
  readonly negotiated: Negotiated;
  /** Local address of its socket, 4 or 16 octets. */
  readonly local: Uint8Array;
  readonly localAddresses: () => readonly LocalAddress[];
  readonly announced: (address: Uint8Array) => boolean;
  readonly gracefulShutdown: () => boolean;
}

/** How routes are told over one established session. */
export function sessionPolicy(settings: PeerSettings, context: SessionContext): ExportPolicy<ResolvedAttributes> {
  const { negotiated, local, localAddresses, announced, gracefulShutdown } = context;
  const { localAs, role } = settings.config;
  const plain = exportPolicy({
    asn: localAs,
    internal: negotiated.internal,
    families: negotiated.families,
    extendedNextHop: negotiated.extendedNextHop.length > 0,
    local,
    configured: settings.nextHopSelf,
    localAddresses,
    announced,
  });
  const policy = role === null ? plain : setOnlyToCustomer(plain, role, localAs);
  return withGracefulShutdown(policy, negotiated.internal, gracefulShutdown);
}
