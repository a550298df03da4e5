import { AttributeKind, type AttributeSpec, anyLengthButZero, badLength, defineOpaque } from "./spec.ts";

/** Traffic Engineering (RFC 5543 §3). RFC 7606 §7.13: RFC 5543 "does not detail what constitutes 'malformation'": its octets are not looked into, but there have to be some (§4). */
export const trafficEngineering: AttributeSpec = defineOpaque({
  code: 24,
  name: "Traffic Engineering",
  rfc: "RFC 5543 §3",
  kind: AttributeKind.OptionalNonTransitive,
  length: anyLengthButZero,
  badLength: badLength("RFC 7606 §7.13"),
});
