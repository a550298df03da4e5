/** BGP roles (RFC 9234 §4): what two neighbouring ASes are to each other. */
import { type Role, roleNames } from "../codec/capabilities/009-role.ts";
import type { Capability } from "../codec/capabilities/spec.ts";

/** RFC 9234 §4.2, Table 2: what the other side of each role is. */
const counterparts: { readonly [Name in Role]: Role } = {
  provider: "customer",
  customer: "provider",
  rs: "rs-client",
  "rs-client": "rs",
  peer: "peer",
};

/** The capability that states our role. */
export function roleCapability(role: Role): Capability {
  return { code: 9, name: "role", role: roleNames.indexOf(role) };
}

/** The answer to a peer's role: it fits, or it does not and `theirs` says what it was, as text. */
export type RoleVerdict =
  | { readonly fits: true; readonly peerRole: Role | null }
  | { readonly fits: false; readonly theirs: string };

/**
 * RFC 9234 §4.2. Several equal capabilities count as one, several different ones never fit; a peer that states no role fits
 * unless the mode is strict.
 */
export function checkRoles(capabilities: readonly Capability[], ours: Role | null, strict: boolean): RoleVerdict {
  // A capability of another length than one octet is not understood (RFC 5492 §4), and states nothing.
  const values = new Set(capabilities.flatMap((capability) => (capability.name === "role" ? [capability.role] : [])));
  const [value = -1] = values;
  const peerRole = values.size === 1 ? (roleNames[value] ?? null) : null;
  // Only a speaker that states a role of its own compares.
  if (ours === null || (values.size === 0 && !strict)) return { fits: true, peerRole };
  if (peerRole === counterparts[ours]) return { fits: true, peerRole };
  return { fits: false, theirs: values.size === 0 ? "none" : [...values].map(nameOf).join(" and ") };
}

function nameOf(value: number): string {
  return roleNames[value] ?? `role ${value}`;
}
