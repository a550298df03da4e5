import { type CapabilitySpec, defineCapability } from "./spec.ts";

/** BGP Extended Message: messages of up to 65535 octets (RFC 8654 §3). */
export const extendedMessage: CapabilitySpec = defineCapability({
  code: 6,
  name: "extended-message",
  rfc: "RFC 8654 §3",
  decode: (_bytes, start, end) => (start === end ? { code: 6, name: "extended-message" } : null),
  encode: () => {},
});
