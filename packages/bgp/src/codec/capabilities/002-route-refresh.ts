import { type CapabilitySpec, defineCapability } from "./spec.ts";

/** Route Refresh (RFC 2918 §2). */
export const routeRefresh: CapabilitySpec = defineCapability({
  code: 2,
  name: "route-refresh",
  rfc: "RFC 2918 §2",
  decode: (_bytes, start, end) => (start === end ? { code: 2, name: "route-refresh" } : null),
  encode: () => {},
});
