import { readU16 } from "../../bytes/reader.ts";
import { afiOf, familyName, familyOf, safiOf } from "../../iana/afi-safi.ts";
import { checkRange } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability } from "./spec.ts";

/** Multiprotocol Extensions: one family the sender can carry; one capability for each (RFC 4760 §8). */
export const multiprotocol: CapabilitySpec = defineCapability({
  code: 1,
  name: "multiprotocol",
  rfc: "RFC 4760 §8",
  decode: (bytes, start, end) =>
    end - start === 4
      ? { code: 1, name: "multiprotocol", family: familyOf(readU16(bytes, start), bytes[start + 3]!) }
      : null,
  encode: (w, { family }) => {
    checkRange("capabilities.family", family, 0, 0xff_ffff);
    w.u16(afiOf(family));
    w.u8(0);
    w.u8(safiOf(family));
  },
  json: ({ family }) => ({ family: familyName(family) }),
});
