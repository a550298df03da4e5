import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { labelledPrefixes } from "./labelled-prefixes.ts";

/** VPN-IPv4 (RFC 4364 §4.3.4). Each address of the next hop has a route distinguisher of zero before it, the IPv6 ones of RFC 8950 §3 too. */
export const ipv4Vpn: NlriSpec = labelledPrefixes(
  {
    family: Family.Ipv4Vpn,
    rfc: "RFC 4364 §4.3.4",
    nextHopLengths: [12, 24, 48],
    extendedNextHopLengths: [24, 48],
  },
  32,
  8,
);
