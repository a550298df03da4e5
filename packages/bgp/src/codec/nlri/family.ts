import type { Writer } from "../../bytes/writer.ts";
import type { Family } from "../../iana/afi-safi.ts";
import type { Prefix } from "./prefix.ts";

/**
 * Receives one NLRI: the significant octets of its prefix start at `offset`; bits past `lengthBits` are irrelevant; `pathId` is -1
 * without ADD-PATH. What stands before the prefix, labels and a route distinguisher, is `bytes[head, offset)`.
 */
export type NlriVisitor = (bytes: Uint8Array, offset: number, lengthBits: number, pathId: number, head: number) => void;

/**
 * Everything the codec knows about the NLRI of one address family. Listed in `table.ts`. `withdrawn` tells the NLRI of
 * MP_UNREACH_NLRI from reachable ones, where a label means something (RFC 8277 §2.4).
 */
export interface NlriSpec {
  readonly family: Family;
  readonly rfc: string;
  /** Next hop lengths MP_REACH_NLRI may have for this family; any other is malformed (RFC 7606 §7.11). */
  readonly nextHopLengths: readonly number[];
  /** Those of them that hold an IPv6 next hop of an IPv4 family, and so have to be negotiated before they are sent (RFC 8950 §4). */
  readonly extendedNextHopLengths: readonly number[];
  /** Octets of a route distinguisher before each address of the next hop, 0 or 8. */
  readonly nextHopRdOctets: 0 | 8;
  /** RFC 7606 §5.3: false when `bytes[start, end)` is syntactically incorrect. */
  readonly isValid: (bytes: Uint8Array, start: number, end: number, addPath: boolean, withdrawn: boolean) => boolean;
  /** For octets that {@link isValid} accepted. */
  readonly forEach: (
    bytes: Uint8Array,
    start: number,
    end: number,
    addPath: boolean,
    withdrawn: boolean,
    visit: NlriVisitor,
  ) => void;
  readonly count: (bytes: Uint8Array, start: number, end: number, addPath: boolean) => number;
  /** The value of what a visitor is given. */
  readonly read: (
    bytes: Uint8Array,
    offset: number,
    lengthBits: number,
    pathId: number,
    head: number,
    withdrawn: boolean,
  ) => Prefix;
  /** Appends one NLRI; throws BgpEncodeError for a prefix that does not belong to the family, and may have written part of it then. */
  readonly encode: (w: Writer, prefix: Prefix, addPath: boolean, withdrawn: boolean) => void;
  /**
   * Appends those of `prefixes`, from the one at `next` on, that end at `limit` of the writer or before, as {@link encode} does each. Returns the
   * index of the first that was left. Of a family that is sent by the thousand one loop without a call for each: a session's first routes
   * leave in code that has never run before.
   */
  readonly encodeRun: (
    w: Writer,
    prefixes: readonly Prefix[],
    next: number,
    addPath: boolean,
    withdrawn: boolean,
    limit: number,
  ) => number;
  /**
   * Appends those of the NLRI `bytes[start, end)` that end at `limit` of the writer or before, as they are but for irrelevant bits, which
   * become zero. Returns where the first that was left begins, or -1 where it met octets that {@link isValid} refuses. Null where an NLRI's
   * octets depend on whether it is announced or withdrawn.
   */
  readonly copy:
    | ((w: Writer, bytes: Uint8Array, start: number, end: number, addPath: boolean, limit: number) => number)
    | null;
}
