import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { labelledPrefixes } from "./labelled-prefixes.ts";

/** IPv6 unicast with a label stack (RFC 8277 §2). 6PE puts an IPv4-mapped address into the next hop of 16 octets (RFC 4798 §2). */
export const ipv6LabelledUnicast: NlriSpec = labelledPrefixes(
  { family: Family.Ipv6LabelledUnicast, rfc: "RFC 8277 §2", nextHopLengths: [16, 32], extendedNextHopLengths: [] },
  128,
  0,
);
