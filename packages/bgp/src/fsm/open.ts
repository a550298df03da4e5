import type { Capability } from "../codec/capabilities/spec.ts";
import type { OutgoingOpen } from "../codec/message.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { PeerConfig } from "./config.ts";
import { roleCapability } from "./role.ts";

/** AFI of IPv6, the only next hop that RFC 8950 adds to IPv4 families. */
const ipv6Afi = 2;

/** Our OPEN without its message type. */
export type OwnOpen = Omit<OutgoingOpen, "type">;

/** What only the moment of an OPEN can tell about graceful restart (RFC 4724 §3). */
export interface RestartState {
  /** R bit: we have restarted, and have not sent everything again yet. */
  readonly restarted: boolean;
  /** F bit: the families whose packets were forwarded all the while. */
  readonly forwarding: readonly Family[];
}

/** `open` with what is so at this moment, where it offers graceful restart at all. */
export function withRestartState(open: OwnOpen, { restarted, forwarding }: RestartState): OwnOpen {
  const capabilities = open.capabilities.map((capability): Capability => {
    if (capability.name !== "graceful-restart") return capability;
    const families = capability.families.map(({ family }) => ({ family, forwarding: forwarding.includes(family) }));
    return { ...capability, restarted, families };
  });
  return { ...open, capabilities };
}

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
