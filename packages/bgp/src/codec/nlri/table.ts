import type { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { ipv4LabelledUnicast } from "./ipv4-labelled-unicast.ts";
import { ipv4Multicast } from "./ipv4-multicast.ts";
import { ipv4Unicast } from "./ipv4-unicast.ts";
import { ipv4Vpn } from "./ipv4-vpn.ts";
import { ipv6LabelledUnicast } from "./ipv6-labelled-unicast.ts";
import { ipv6Multicast } from "./ipv6-multicast.ts";
import { ipv6Unicast } from "./ipv6-unicast.ts";
import { ipv6Vpn } from "./ipv6-vpn.ts";

/** The address families whose NLRI are understood, the most frequent first; every other one travels as opaque octets. */
export const nlriSpecs: readonly NlriSpec[] = [
  ipv4Unicast,
  ipv6Unicast,
  ipv4Vpn,
  ipv6Vpn,
  ipv4LabelledUnicast,
  ipv6LabelledUnicast,
  ipv4Multicast,
  ipv6Multicast,
];

/** The spec of a family, or null when its NLRI are opaque to us. */
export function nlriSpec(family: Family): NlriSpec | null {
  for (let i = 0; i < nlriSpecs.length; i++) {
    const spec = nlriSpecs[i]!;
    if (spec.family === family) return spec;
  }
  return null;
}
