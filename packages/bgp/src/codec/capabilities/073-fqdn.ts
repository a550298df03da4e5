import { decodeUtf8, encodeUtf8 } from "../../bytes/utf8.ts";
import type { Writer } from "../../bytes/writer.ts";
import { BgpEncodeError, checkText } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability } from "./spec.ts";

/** FQDN (draft-walton-bgp-hostname-capability): host and domain name of the sender, each behind its length. For display only. */
export const fqdn: CapabilitySpec = defineCapability({
  code: 73,
  name: "fqdn",
  rfc: "draft-walton-bgp-hostname-capability-02",
  decode: (bytes, start, end) => {
    if (start === end) return null;
    const hostEnd = start + 1 + bytes[start]!;
    if (hostEnd >= end || hostEnd + 1 + bytes[hostEnd]! !== end) return null;
    const hostName = decodeUtf8(bytes.slice(start + 1, hostEnd));
    const domainName = decodeUtf8(bytes.slice(hostEnd + 1, end));
    if (hostName === undefined || domainName === undefined) return null;
    return { code: 73, name: "fqdn", hostName, domainName };
  },
  encode: (w, { hostName, domainName }) => {
    writeText(w, "capabilities.hostName", hostName);
    writeText(w, "capabilities.domainName", domainName);
  },
  json: ({ hostName, domainName }) => ({ hostName, domainName }),
});

function writeText(w: Writer, field: string, text: string): void {
  checkText(field, text);
  const utf8 = encodeUtf8(text);
  if (utf8.length > 0xff) {
    throw new BgpEncodeError("value-length", field, `has ${utf8.length} octets where 255 are allowed`);
  }
  w.u8(utf8.length);
  w.copy(utf8);
}
