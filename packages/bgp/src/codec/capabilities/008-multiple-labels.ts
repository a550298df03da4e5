import { readU16 } from "../../bytes/reader.ts";
import { afiOf, type Family, familyOf, safiOf } from "../../iana/afi-safi.ts";
import { BgpEncodeError, checkRange } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability, withFamilyNames } from "./spec.ts";

/** Multiple Labels: how many labels the sender takes with a prefix of each labelled family (RFC 8277 §2.1). */
export const multipleLabels: CapabilitySpec = defineCapability({
  code: 8,
  name: "multiple-labels",
  rfc: "RFC 8277 §2.1",
  decode: (bytes, start, end) => {
    // "If the Capability Length […] is not a multiple of four octets, the Capability is considered to be malformed."
    if (start === end || (end - start) % 4 !== 0) return null;
    const families: { family: Family; count: number }[] = [];
    for (let at = start; at < end; at += 4) {
      families.push({ family: familyOf(readU16(bytes, at), bytes[at + 2]!), count: bytes[at + 3]! });
    }
    return { code: 8, name: "multiple-labels", families };
  },
  encode: (w, { families }) => {
    if (families.length === 0) {
      throw new BgpEncodeError("value-length", "capabilities.families", "multiple labels for no family");
    }
    for (const { family, count } of families) {
      checkRange("capabilities.families.family", family, 0, 0xff_ffff);
      // RFC 8277 §2.1: a count of 0 or 1 says nothing, the triple is then ignored.
      checkRange("capabilities.families.count", count, 0, 255);
      w.u16(afiOf(family));
      w.u8(safiOf(family));
      w.u8(count);
    }
  },
  json: ({ families }) => ({ families: withFamilyNames(families) }),
});
