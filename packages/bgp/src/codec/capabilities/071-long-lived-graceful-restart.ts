import { readU16 } from "../../bytes/reader.ts";
import { afiOf, type Family, familyOf, safiOf } from "../../iana/afi-safi.ts";
import { checkRange } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability, withFamilyNames } from "./spec.ts";

const forwardingBit = 0x80;

/** Long-Lived Graceful Restart: how long stale routes of each family may be kept (RFC 9494 §3.1). */
export const longLivedGracefulRestart: CapabilitySpec = defineCapability({
  code: 71,
  name: "long-lived-graceful-restart",
  rfc: "RFC 9494 §3.1",
  decode: (bytes, start, end) => {
    if ((end - start) % 7 !== 0) return null;
    const families: { family: Family; forwarding: boolean; staleTime: number }[] = [];
    for (let at = start; at < end; at += 7) {
      families.push({
        family: familyOf(readU16(bytes, at), bytes[at + 2]!),
        forwarding: (bytes[at + 3]! & forwardingBit) !== 0,
        staleTime: (bytes[at + 4]! << 16) | readU16(bytes, at + 5),
      });
    }
    return { code: 71, name: "long-lived-graceful-restart", families };
  },
  encode: (w, { families }) => {
    for (const { family, forwarding, staleTime } of families) {
      checkRange("capabilities.families.family", family, 0, 0xff_ffff);
      checkRange("capabilities.families.staleTime", staleTime, 0, 0xff_ffff);
      w.u16(afiOf(family));
      w.u8(safiOf(family));
      w.u8(forwarding ? forwardingBit : 0);
      w.u8(staleTime >>> 16);
      w.u16(staleTime & 0xffff);
    }
  },
  json: ({ families }) => ({ families: withFamilyNames(families) }),
});
