import { familyOf, formatAddress, formatPrefix, type Reader } from "@vipcast/bgp";
import { type Finding, fault } from "../finding.ts";

/** One MRT record (RFC 6396 §2): its message is `bytes[start, end)`, behind the header and the microseconds of the ET types. */
export interface MrtRecord {
  /** Where its header begins in the file. */
  readonly offset: number;
  readonly time: string;
  readonly subtype: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The record is not what its subtype says. The next one can be read nevertheless, for the header says where it begins. */
export function badRecord({ offset, subtype }: MrtRecord, what: string): Finding {
  return fault(`The record at offset ${offset} (subtype ${subtype}) ${what}.`);
}

/** An address of 4 or 16 octets as text; with too few octets left, `overrun` is set and the text means nothing. */
export function readAddress(reader: Reader, length: 4 | 16): string {
  const at = reader.take(length);
  return at < 0 ? "" : formatAddress(reader.bytes, at, length);
}

/** A prefix whose length in bits stands before it, and where it stands. Null when it does not fit the family or the record. */
export function readPrefix(
  reader: Reader,
  afi: 1 | 2,
  safi: number,
): { readonly text: string; readonly start: number; readonly end: number } | null {
  const start = reader.offset;
  const lengthBits = reader.u8();
  const octets = (lengthBits + 7) >> 3;
  const at = reader.take(octets);
  if (at < 0 || lengthBits > (afi === 1 ? 32 : 128)) return null;
  const bytes = reader.bytes.slice(at, at + octets);
  const text = formatPrefix({ family: familyOf(afi, safi), lengthBits, bytes, pathId: -1 });
  return { text, start, end: reader.offset };
}
