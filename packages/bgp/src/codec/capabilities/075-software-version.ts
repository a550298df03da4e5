import { decodeUtf8, encodeUtf8 } from "../../bytes/utf8.ts";
import { BgpEncodeError, checkText } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability } from "./spec.ts";

/**
 * Software Version (draft-abraitis-bgp-version-capability): what the sender runs, for display only. The draft puts an octet with the length
 * before the text; some senders leave it out, since the capability has a length of its own. An octet that is exactly the length of the
 * rest is taken for one.
 */
export const softwareVersion: CapabilitySpec = defineCapability({
  code: 75,
  name: "software-version",
  rfc: "draft-abraitis-bgp-version-capability-17",
  decode: (bytes, start, end) => {
    if (start === end) return null;
    const lengthOctet = bytes[start] === end - start - 1;
    const version = decodeUtf8(bytes.slice(lengthOctet ? start + 1 : start, end));
    return version === undefined ? null : { code: 75, name: "software-version", version, lengthOctet };
  },
  encode: (w, { version, lengthOctet }) => {
    checkText("capabilities.version", version);
    const utf8 = encodeUtf8(version);
    if (utf8.length > 0xff || (utf8.length === 0 && !lengthOctet)) {
      throw new BgpEncodeError("value-length", "capabilities.version", `has ${utf8.length} octets`);
    }
    if (lengthOctet) w.u8(utf8.length);
    else if (utf8[0] === utf8.length - 1) {
      throw new BgpEncodeError("value-range", "capabilities.version", "begins with what would be read as its length");
    }
    w.copy(utf8);
  },
  json: ({ version }) => ({ version }),
});
