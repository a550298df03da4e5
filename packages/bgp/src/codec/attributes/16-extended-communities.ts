import { toHex } from "../../bytes/hex.ts";
import { copyOctets } from "../../bytes/slab.ts";
import { checkLength, checkList } from "../encode-error.ts";
import {
  AttributeKind,
  type AttributeSpec,
  badLength,
  defineAttribute,
  nonZeroMultipleOf,
  unlessEmpty,
} from "./spec.ts";

/** EXTENDED COMMUNITIES (RFC 4360): eight octets each; an unknown type is never an error (RFC 7606 §7.14). */
export const extendedCommunities: AttributeSpec = defineAttribute({
  code: 16,
  name: "EXTENDED COMMUNITIES",
  property: "extendedCommunities",
  rfc: "RFC 4360 §2",
  kind: AttributeKind.OptionalTransitive,
  length: nonZeroMultipleOf(8),
  badLength: badLength("RFC 7606 §7.14"),
  decode: (bytes, start, end) => {
    const values: Uint8Array[] = [];
    for (let at = start; at < end; at += 8) values.push(copyOctets(bytes, at, at + 8));
    return values;
  },
  encode: (w, values) => {
    checkList("extendedCommunities", values);
    for (const value of values) {
      checkLength("extendedCommunities", value, 8);
      w.copy(value);
    }
  },
  select: unlessEmpty,
  json: (values) => values.map((value) => toHex(value)),
});
