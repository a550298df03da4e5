import type { RouteAttributes } from "../ports.ts";

/**
 * Eight hexadecimal digits over what routers compare before they form ECMP (RFC 4271 §9.1.2.2 a–c and LOCAL_PREF): ORIGIN, AS_PATH length, MED,
 * LOCAL_PREF. Equal on two nodes: their routes compare equal. The next hop and communities do not count. FNV-1a, 32 bits; for eyes, not for security.
 */
export function fingerprint(attributes: RouteAttributes): string {
  const { origin, prepend = 0, med, localPref } = attributes;
  const text = `${origin} ${prepend} ${med ?? "-"} ${localPref ?? "-"}`;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
