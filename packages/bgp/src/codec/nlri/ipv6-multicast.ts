import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { ipPrefixes } from "./ip-prefixes.ts";

/** IPv6 routes for multicast forwarding checks (RFC 4760 §6); next hops as for unicast (RFC 2545 §3). */
export const ipv6Multicast: NlriSpec = ipPrefixes(
  { family: Family.Ipv6Multicast, rfc: "RFC 4760 §6", nextHopLengths: [16, 32], extendedNextHopLengths: [] },
  128,
);
