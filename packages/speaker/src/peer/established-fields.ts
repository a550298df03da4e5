import { familyName, type Negotiated } from "@vipcast/bgp";
import type { PeerSettings } from "./peer-settings.ts";

/** What the log says about a session that came up; about path identifiers only where we offered them. */
export function establishedFields({ address, config }: PeerSettings, negotiated: Negotiated): object {
  const { holdTime, addPath, peerAs: asn } = negotiated;
  const pathIds = { sent: addPath.send.map(familyName), received: addPath.receive.map(familyName) };
  return { peer: address.text, asn, holdTime, ...(config.capabilities.addPath.length === 0 ? {} : { pathIds }) };
}
