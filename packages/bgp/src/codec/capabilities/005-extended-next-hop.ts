import { readU16 } from "../../bytes/reader.ts";
import { afiOf, type Family, familyOf, safiOf } from "../../iana/afi-safi.ts";
import { checkRange } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability, withFamilyNames } from "./spec.ts";

/** Extended Next Hop Encoding: families whose next hop may belong to another AFI (RFC 8950 §4). The SAFI has two octets here. */
export const extendedNextHop: CapabilitySpec = defineCapability({
  code: 5,
  name: "extended-next-hop",
  rfc: "RFC 8950 §4",
  decode: (bytes, start, end) => {
    if ((end - start) % 6 !== 0) return null;
    const entries: { family: Family; nextHopAfi: number }[] = [];
    for (let at = start; at < end; at += 6) {
      // A SAFI has one octet; what the field's upper one could mean is not defined.
      if (bytes[at + 2] !== 0) return null;
      entries.push({ family: familyOf(readU16(bytes, at), bytes[at + 3]!), nextHopAfi: readU16(bytes, at + 4) });
    }
    return { code: 5, name: "extended-next-hop", entries };
  },
  encode: (w, { entries }) => {
    for (const { family, nextHopAfi } of entries) {
      checkRange("capabilities.entries.family", family, 0, 0xff_ffff);
      checkRange("capabilities.entries.nextHopAfi", nextHopAfi, 0, 0xffff);
      w.u16(afiOf(family));
      w.u16(safiOf(family));
      w.u16(nextHopAfi);
    }
  },
  json: ({ entries }) => ({ entries: withFamilyNames(entries) }),
});
