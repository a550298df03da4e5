import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { ipPrefixes } from "./ip-prefixes.ts";

/** IPv4 routes for multicast forwarding checks (RFC 4760 §6); also with an IPv6 next hop (RFC 8950 §3). */
export const ipv4Multicast: NlriSpec = ipPrefixes(
  {
    family: Family.Ipv4Multicast,
    rfc: "RFC 4760 §6",
    nextHopLengths: [4, 16, 32],
    extendedNextHopLengths: [16, 32],
  },
  32,
);
