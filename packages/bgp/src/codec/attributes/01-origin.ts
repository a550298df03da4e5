import { UpdateSubcode } from "../../iana/notification-codes.ts";
import { checkRange } from "../encode-error.ts";
import {
  AttributeKind,
  type AttributeSpec,
  badLength,
  defineAttribute,
  fixedLength,
  Mandatory,
  withdraw,
} from "./spec.ts";
import { Origin } from "./values.ts";

const undefinedValue = withdraw("origin-value", "RFC 7606 §7.1", UpdateSubcode.InvalidOriginAttribute);
const names = ["igp", "egp", "incomplete"] as const;

/** ORIGIN (RFC 4271 §5.1.1): how the route came into BGP. */
export const origin: AttributeSpec = defineAttribute({
  code: 1,
  name: "ORIGIN",
  property: "origin",
  rfc: "RFC 4271 §5.1.1",
  kind: AttributeKind.WellKnown,
  mandatory: Mandatory.WithReachableNlri,
  length: fixedLength(1),
  badLength: badLength("RFC 7606 §7.1"),
  check: (bytes, start) => (bytes[start]! > Origin.Incomplete ? undefinedValue : null),
  decode: (bytes, start) => bytes[start]! as Origin,
  encode: (w, value) => {
    checkRange("origin", value, Origin.Igp, Origin.Incomplete);
    w.u8(value);
  },
  json: (value) => names[value],
});
