import { type CapabilitySpec, defineCapability } from "./spec.ts";

/** Enhanced Route Refresh: begin and end of a refresh are marked (RFC 7313 §3.1). */
export const enhancedRouteRefresh: CapabilitySpec = defineCapability({
  code: 70,
  name: "enhanced-route-refresh",
  rfc: "RFC 7313 §3.1",
  decode: (_bytes, start, end) => (start === end ? { code: 70, name: "enhanced-route-refresh" } : null),
  encode: () => {},
});
