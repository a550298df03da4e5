import { readU32 } from "../../bytes/reader.ts";
import { formatCommunity } from "./community-text.ts";
import { encodeU32s } from "./integers.ts";
import {
  AttributeKind,
  type AttributeSpec,
  badLength,
  defineAttribute,
  nonZeroMultipleOf,
  unlessEmpty,
} from "./spec.ts";

/** COMMUNITIES (RFC 1997). An empty list is not sent: its length of zero would be malformed. */
export const communities: AttributeSpec = defineAttribute({
  code: 8,
  name: "COMMUNITIES",
  property: "communities",
  rfc: "RFC 1997",
  kind: AttributeKind.OptionalTransitive,
  length: nonZeroMultipleOf(4),
  badLength: badLength("RFC 7606 §7.8"),
  decode: (bytes, start, end) => {
    const values = new Array<number>((end - start) / 4);
    for (let i = 0; i < values.length; i++) values[i] = readU32(bytes, start + 4 * i);
    return values;
  },
  encode: (w, values) => encodeU32s(w, "communities", 0, values),
  select: unlessEmpty,
  json: (values) => values.map(formatCommunity),
});
