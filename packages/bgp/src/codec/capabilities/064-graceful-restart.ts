import { readU16 } from "../../bytes/reader.ts";
import { afiOf, type Family, familyOf, safiOf } from "../../iana/afi-safi.ts";
import { checkRange } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability, withFamilyNames } from "./spec.ts";

const restartedBit = 0x8000;
const notificationBit = 0x4000;
const forwardingBit = 0x80;

/** Graceful Restart: restart flags, time, and the families it is for (RFC 4724 §3; the N bit RFC 8538 §2). */
export const gracefulRestart: CapabilitySpec = defineCapability({
  code: 64,
  name: "graceful-restart",
  rfc: "RFC 4724 §3",
  decode: (bytes, start, end) => {
    const length = end - start;
    if (length < 2 || (length - 2) % 4 !== 0) return null;
    const head = readU16(bytes, start);
    const families: { family: Family; forwarding: boolean }[] = [];
    for (let at = start + 2; at < end; at += 4) {
      const forwarding = (bytes[at + 3]! & forwardingBit) !== 0;
      families.push({ family: familyOf(readU16(bytes, at), bytes[at + 2]!), forwarding });
    }
    return {
      code: 64,
      name: "graceful-restart",
      restarted: (head & restartedBit) !== 0,
      notification: (head & notificationBit) !== 0,
      restartTime: head & 0xfff,
      families,
    };
  },
  encode: (w, { restarted, notification, restartTime, families }) => {
    checkRange("capabilities.restartTime", restartTime, 0, 0xfff);
    w.u16((restarted ? restartedBit : 0) | (notification ? notificationBit : 0) | restartTime);
    for (const { family, forwarding } of families) {
      checkRange("capabilities.families.family", family, 0, 0xff_ffff);
      w.u16(afiOf(family));
      w.u8(safiOf(family));
      w.u8(forwarding ? forwardingBit : 0);
    }
  },
  json: ({ restarted, notification, restartTime, families }) => ({
    restarted,
    notification,
    restartTime,
    families: withFamilyNames(families),
  }),
});
