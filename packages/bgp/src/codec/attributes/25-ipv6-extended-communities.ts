import { AttributeKind, type AttributeSpec, badLength, defineOpaque, nonZeroMultipleOf } from "./spec.ts";

/** IPv6 Address Specific Extended Communities (RFC 5701 §2): twenty octets each; an unknown type is never an error (RFC 7606 §7.15). */
export const ipv6ExtendedCommunities: AttributeSpec = defineOpaque({
  code: 25,
  name: "IPv6 Address Specific Extended Community",
  rfc: "RFC 5701 §2",
  kind: AttributeKind.OptionalTransitive,
  length: nonZeroMultipleOf(20),
  badLength: badLength("RFC 7606 §7.15"),
});
