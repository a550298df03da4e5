import { AttributeKind, type AttributeSpec, anyLengthButZero, badLength, defineOpaque } from "./spec.ts";

/** PMSI_TUNNEL (RFC 6514 §5): how multicast of a VPN is tunnelled. RFC 6514 does not say what a malformed one costs: its octets are not looked into, but there have to be some. */
export const pmsiTunnel: AttributeSpec = defineOpaque({
  code: 22,
  name: "PMSI_TUNNEL",
  rfc: "RFC 6514 §5",
  kind: AttributeKind.OptionalTransitive,
  length: anyLengthButZero,
  badLength: badLength("RFC 7606 §4"),
});
