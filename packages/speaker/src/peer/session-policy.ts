import { type ExportPolicy, Family, type Negotiated, setOnlyToCustomer } from "@vipcast/bgp";
import type { LocalAddress } from "../options.ts";
import { exportPolicy } from "../routes/export-policy.ts";
import type { OutboundRoutes } from "../routes/outbound-routes.ts";
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

/** Whether an address is announced as a host route: then it is no next hop, and no source of a connection. */
export function announcedBy(routes: OutboundRoutes): (address: Uint8Array) => boolean {
  return (bytes) => {
    const family = bytes.length === 4 ? Family.Ipv4Unicast : Family.Ipv6Unicast;
    return routes.has({ family, lengthBits: bytes.length * 8, bytes, pathId: -1 });
  };
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
