import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { labelledPrefixes } from "./labelled-prefixes.ts";

/**
 * VPN-IPv6 (RFC 4659 §3): the NLRI is a stack of labels, a route distinguisher and a prefix (RFC 4659 §3.2). Each address of the next hop has a route distinguisher of zero before it: one global address, or a global
 * and a link-local one (RFC 4659 §3.2.1).
 */
export const ipv6Vpn: NlriSpec = labelledPrefixes(
  { family: Family.Ipv6Vpn, rfc: "RFC 4659 §3", nextHopLengths: [24, 48], extendedNextHopLengths: [] },
  128,
  8,
);
