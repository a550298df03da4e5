import { readU32 } from "../../bytes/reader.ts";
import { checkRange } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability } from "./spec.ts";

/** Support for four-octet AS numbers, with the sender's own (RFC 6793 §3). */
export const fourOctetAs: CapabilitySpec = defineCapability({
  code: 65,
  name: "four-octet-as",
  rfc: "RFC 6793 §3",
  decode: (bytes, start, end) =>
    end - start === 4 ? { code: 65, name: "four-octet-as", asn: readU32(bytes, start) } : null,
  encode: (w, { asn }) => {
    checkRange("capabilities.asn", asn, 0, 0xffff_ffff);
    w.u32(asn);
  },
  json: ({ asn }) => ({ asn }),
});
