import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { ipPrefixes } from "./ip-prefixes.ts";

/** IPv6 unicast; the next hop is global, or global and link-local (RFC 2545 §3). */
export const ipv6Unicast: NlriSpec = ipPrefixes(
  { family: Family.Ipv6Unicast, rfc: "RFC 2545 §3", nextHopLengths: [16, 32], extendedNextHopLengths: [] },
  128,
);
