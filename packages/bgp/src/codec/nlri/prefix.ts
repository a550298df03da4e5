import type { Family } from "../../iana/afi-safi.ts";

/** A route's destination as a value. `bytes` holds `ceil(lengthBits / 8)` octets; bits past the length are zero. */
export interface Prefix {
  readonly family: Family;
  /** 0..32 or 0..128. */
  readonly lengthBits: number;
  readonly bytes: Uint8Array;
  /** RFC 7911 path identifier, or -1 where the session carries none. */
  readonly pathId: number;
}
