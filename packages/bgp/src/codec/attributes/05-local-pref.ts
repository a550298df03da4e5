import { readU32 } from "../../bytes/reader.ts";
import { checkRange } from "../encode-error.ts";
import { AttributeKind, type AttributeSpec, badLength, defineAttribute, discard, fixedLength } from "./spec.ts";

/** LOCAL_PREF (RFC 4271 §5.1.5): higher is preferred; between internal peers, and those of one confederation, only. */
export const localPref: AttributeSpec = defineAttribute({
  code: 5,
  name: "LOCAL_PREF",
  property: "localPref",
  rfc: "RFC 4271 §5.1.5",
  kind: AttributeKind.WellKnown,
  length: fixedLength(4),
  badLength: badLength("RFC 7606 §7.5"),
  fromExternal: discard("local-pref-from-external-peer", "RFC 7606 §7.5"),
  // RFC 4271 §5.1.5: "except in the case of BGP Confederations".
  withinConfederation: true,
  decode: (bytes, start) => readU32(bytes, start),
  encode: (w, value) => {
    checkRange("localPref", value, 0, 0xffff_ffff);
    w.u32(value);
  },
  json: (value) => value,
});
