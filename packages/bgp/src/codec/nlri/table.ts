import type { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { ipv4Unicast } from "./ipv4-unicast.ts";
import { ipv6Unicast } from "./ipv6-unicast.ts";

/** The address families whose NLRI are understood; every other one travels as opaque octets. */
export const nlriSpecs: readonly NlriSpec[] = [ipv4Unicast, ipv6Unicast];

/** The spec of a family, or null when its NLRI are opaque to us. */
export function nlriSpec(family: Family): NlriSpec | null {
  for (let i = 0; i < nlriSpecs.length; i++) {
    const spec = nlriSpecs[i]!;
    if (spec.family === family) return spec;
  }
  return null;
}
