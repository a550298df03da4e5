import { checkRange } from "../encode-error.ts";
import { type CapabilitySpec, defineCapability } from "./spec.ts";

/** RFC 9234 §4.1: each at its value. */
export const roleNames: readonly ["provider", "rs", "rs-client", "customer", "peer"] = [
  "provider",
  "rs",
  "rs-client",
  "customer",
  "peer",
];

/** Our side of a relation between two ASes (RFC 9234 §4.1); `rs` is a route server. */
export type Role = (typeof roleNames)[number];

/** BGP Role: what the sender is to the receiver (RFC 9234 §4.1). */
export const role: CapabilitySpec = defineCapability({
  code: 9,
  name: "role",
  rfc: "RFC 9234 §4.1",
  decode: (bytes, start, end) => (end - start === 1 ? { code: 9, name: "role", role: bytes[start]! } : null),
  encode: (w, { role: value }) => {
    checkRange("capabilities.role", value, 0, 255);
    w.u8(value);
  },
  json: ({ role: value }) => ({ role: roleNames[value] ?? value }),
});
