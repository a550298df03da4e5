import type { Capability } from "../codec/capabilities/spec.ts";
import type { OutgoingOpen } from "../codec/message.ts";
import type { PeerConfig } from "./config.ts";
import { roleCapability } from "./role.ts";

/** AFI of IPv6, the only next hop that RFC 8950 adds to IPv4 families. */
const ipv6Afi = 2;

/** Our OPEN without its message type. */
export type OwnOpen = Omit<OutgoingOpen, "type">;

/** The OPEN that this configuration sends: one multiprotocol capability per family, four-octet AS, then what is asked for. */
export function ownOpen(config: PeerConfig): OwnOpen {
  const { capabilities: wanted } = config;
  const capabilities: Capability[] = config.families.map((family) => ({ code: 1, name: "multiprotocol", family }));
  if (wanted.routeRefresh) capabilities.push({ code: 2, name: "route-refresh" });
  if (wanted.extendedNextHop.length > 0) {
    const entries = wanted.extendedNextHop.map((family) => ({ family, nextHopAfi: ipv6Afi }));
    capabilities.push({ code: 5, name: "extended-next-hop", entries });
  }
  if (wanted.extendedMessage) capabilities.push({ code: 6, name: "extended-message" });
  if (config.role !== null) capabilities.push(roleCapability(config.role));
  if (wanted.gracefulRestart !== null) {
    capabilities.push({ code: 64, name: "graceful-restart", ...wanted.gracefulRestart });
  }
  capabilities.push({ code: 65, name: "four-octet-as", asn: config.localAs });
  if (wanted.addPath.length > 0) capabilities.push({ code: 69, name: "add-path", families: wanted.addPath });
  if (wanted.enhancedRouteRefresh) capabilities.push({ code: 70, name: "enhanced-route-refresh" });
  capabilities.push(...wanted.extra);
  return { asn: config.localAs, holdTime: config.holdTime, routerId: config.routerId, capabilities };
}
