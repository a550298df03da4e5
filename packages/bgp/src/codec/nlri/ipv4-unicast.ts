import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { ipPrefixes } from "./ip-prefixes.ts";

/** IPv4 unicast; in MP_REACH_NLRI also with an IPv6 next hop, global or global and link-local (RFC 8950 §3). */
export const ipv4Unicast: NlriSpec = ipPrefixes(Family.Ipv4Unicast, 32, "RFC 4271 §4.3", [4, 16, 32]);
