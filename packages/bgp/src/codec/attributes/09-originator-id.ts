import { formatAddress } from "../../bytes/address.ts";
import { copyOctets } from "../../bytes/slab.ts";
import { checkLength } from "../encode-error.ts";
import { AttributeKind, type AttributeSpec, badLength, defineAttribute, discard, fixedLength } from "./spec.ts";

/** ORIGINATOR_ID (RFC 4456 §8): the router that brought a reflected route into the AS; between internal peers only. */
export const originatorId: AttributeSpec = defineAttribute({
  code: 9,
  name: "ORIGINATOR_ID",
  property: "originatorId",
  rfc: "RFC 4456 §8",
  kind: AttributeKind.OptionalNonTransitive,
  length: fixedLength(4),
  badLength: badLength("RFC 7606 §7.9"),
  fromExternal: discard("originator-id-from-external-peer", "RFC 7606 §7.9"),
  decode: (bytes, start, end) => copyOctets(bytes, start, end),
  encode: (w, value) => {
    checkLength("originatorId", value, 4);
    w.copy(value);
  },
  json: (value) => formatAddress(value),
});
