import { readU32 } from "../../bytes/reader.ts";
import { checkRange } from "../encode-error.ts";
import { AttributeKind, type AttributeSpec, badLength, defineAttribute, fixedLength } from "./spec.ts";

/** MULTI_EXIT_DISC (RFC 4271 §5.1.4): lower is preferred, among routes from one neighbouring AS. */
export const multiExitDisc: AttributeSpec = defineAttribute({
  code: 4,
  name: "MULTI_EXIT_DISC",
  property: "multiExitDisc",
  rfc: "RFC 4271 §5.1.4",
  kind: AttributeKind.OptionalNonTransitive,
  length: fixedLength(4),
  badLength: badLength("RFC 7606 §7.4"),
  decode: (bytes, start) => readU32(bytes, start),
  encode: (w, value) => {
    checkRange("multiExitDisc", value, 0, 0xffff_ffff);
    w.u32(value);
  },
  json: (value) => value,
});
