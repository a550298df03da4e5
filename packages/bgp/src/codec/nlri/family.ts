import type { Writer } from "../../bytes/writer.ts";
import type { Family } from "../../iana/afi-safi.ts";
import type { Prefix } from "./prefix.ts";

/** Receives one NLRI: its significant octets start at `offset`; bits past `lengthBits` are irrelevant; `pathId` is -1 without ADD-PATH. */
export type NlriVisitor = (bytes: Uint8Array, offset: number, lengthBits: number, pathId: number) => void;

/** Everything the codec knows about the NLRI of one address family. Listed in `table.ts`. */
export interface NlriSpec {
  readonly family: Family;
  readonly rfc: string;
  /** Next hop lengths MP_REACH_NLRI may have for this family; any other is malformed (RFC 7606 §7.11). */
  readonly nextHopLengths: readonly number[];
  /** RFC 7606 §5.3: false when `bytes[start, end)` is syntactically incorrect. */
  readonly isValid: (bytes: Uint8Array, start: number, end: number, addPath: boolean) => boolean;
  /** For octets that {@link isValid} accepted. */
  readonly forEach: (bytes: Uint8Array, start: number, end: number, addPath: boolean, visit: NlriVisitor) => void;
  readonly count: (bytes: Uint8Array, start: number, end: number, addPath: boolean) => number;
  /** The octets {@link encode} will write; throws BgpEncodeError for a prefix that does not belong to the family. */
  readonly encodedLength: (prefix: Prefix, addPath: boolean) => number;
  readonly encode: (w: Writer, prefix: Prefix, addPath: boolean) => void;
}
