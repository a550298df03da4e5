import type { Family } from "../../iana/afi-safi.ts";

/** The family that both MP attributes begin with: AFI in two octets, SAFI in one (RFC 4760 §3, §4). */
export function familyAt(bytes: Uint8Array, at: number): Family {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}
