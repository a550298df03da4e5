import { readU32 } from "../../bytes/reader.ts";
import { checkRange } from "../encode-error.ts";
import { AttributeKind, type AttributeSpec, badLength, defineAttribute, fixedLength } from "./spec.ts";

/** Only to Customer (RFC 9234 §5): the AS that sent the route to a customer or a peer; from there on it goes down only. */
export const onlyToCustomer: AttributeSpec = defineAttribute({
  code: 35,
  name: "OTC",
  property: "onlyToCustomer",
  rfc: "RFC 9234 §5",
  kind: AttributeKind.OptionalTransitive,
  length: fixedLength(4),
  badLength: badLength("RFC 9234 §5"),
  decode: (bytes, start) => readU32(bytes, start),
  encode: (w, value) => {
    checkRange("onlyToCustomer", value, 0, 0xffff_ffff);
    w.u32(value);
  },
  json: (value) => value,
});
