import { wrongType } from "../encode-error.ts";
import { AttributeKind, type AttributeSpec, badLengthDiscards, defineAttribute, fixedLength } from "./spec.ts";

/** ATOMIC_AGGREGATE (RFC 4271 §5.1.6): present or not, it has no value. */
export const atomicAggregate: AttributeSpec = defineAttribute({
  code: 6,
  name: "ATOMIC_AGGREGATE",
  property: "atomicAggregate",
  rfc: "RFC 4271 §5.1.6",
  kind: AttributeKind.WellKnown,
  length: fixedLength(0),
  badLength: badLengthDiscards("RFC 7606 §7.6"),
  decode: () => true,
  encode: () => {},
  select: (value) => {
    if (typeof value !== "boolean") throw wrongType("atomicAggregate", value, "true or false");
    return value ? true : undefined;
  },
  json: (value) => value,
});
