import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { ipPrefixes } from "./ip-prefixes.ts";

/** IPv4 unicast; in MP_REACH_NLRI also with an IPv6 next hop, global or global and link-local (RFC 8950 §3). */
export const ipv4Unicast: NlriSpec = ipPrefixes(
  {
    family: Family.Ipv4Unicast,
    rfc: "RFC 4271 §4.3",
    nextHopLengths: [4, 16, 32],
    extendedNextHopLengths: [16, 32],
  },
  32,
);
