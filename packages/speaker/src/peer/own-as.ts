import type { ImportPolicy } from "@vipcast/bgp";

/** RFC 4271 §9.1.2: a route with our AS in its AS_PATH has been here before. With `localAs` we have two, and both count. */
export function withoutOwnAs(asn: number, policy: ImportPolicy): ImportPolicy {
  return (prefix, attributes) => {
    const looped = (attributes.asPath ?? []).some((segment) => segment.asns.includes(asn));
    return looped ? false : policy(prefix, attributes);
  };
}
