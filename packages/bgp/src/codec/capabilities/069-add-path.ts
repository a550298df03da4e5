import { readU16 } from "../../bytes/reader.ts";
import { afiOf, type Family, familyOf, safiOf } from "../../iana/afi-safi.ts";
import { BgpEncodeError, checkRange } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability, withFamilyNames } from "./spec.ts";

const receiveBit = 1;
const sendBit = 2;

/** ADD-PATH: for which families the sender can receive or send several paths (RFC 7911 §4). */
export const addPath: CapabilitySpec = defineCapability({
  code: 69,
  name: "add-path",
  rfc: "RFC 7911 §4",
  decode: (bytes, start, end) => {
    if (start === end || (end - start) % 4 !== 0) return null;
    const families: { family: Family; receive: boolean; send: boolean }[] = [];
    for (let at = start; at < end; at += 4) {
      const mode = bytes[at + 3]!;
      // "If any other value is received, then the capability SHOULD be treated as not understood and ignored."
      if (mode < receiveBit || mode > (receiveBit | sendBit)) return null;
      const family = familyOf(readU16(bytes, at), bytes[at + 2]!);
      families.push({ family, receive: (mode & receiveBit) !== 0, send: (mode & sendBit) !== 0 });
    }
    return { code: 69, name: "add-path", families };
  },
  encode: (w, { families }) => {
    if (families.length === 0)
      throw new BgpEncodeError("value-length", "capabilities.families", "ADD-PATH for no family");
    for (const { family, receive, send } of families) {
      checkRange("capabilities.families.family", family, 0, 0xff_ffff);
      if (!receive && !send) {
        throw new BgpEncodeError("value-range", "capabilities.families", "ADD-PATH neither to receive nor to send");
      }
      w.u16(afiOf(family));
      w.u8(safiOf(family));
      w.u8((receive ? receiveBit : 0) | (send ? sendBit : 0));
    }
  },
  json: ({ families }) => ({ families: withFamilyNames(families) }),
});
