import { Family } from "../../iana/afi-safi.ts";
import type { NlriSpec } from "./family.ts";
import { labelledPrefixes } from "./labelled-prefixes.ts";

/** IPv4 unicast with a label stack (RFC 8277 §2); also with an IPv6 next hop (RFC 8950 §3). */
export const ipv4LabelledUnicast: NlriSpec = labelledPrefixes(
  {
    family: Family.Ipv4LabelledUnicast,
    rfc: "RFC 8277 §2",
    nextHopLengths: [4, 16, 32],
    extendedNextHopLengths: [16, 32],
  },
  32,
  0,
);
