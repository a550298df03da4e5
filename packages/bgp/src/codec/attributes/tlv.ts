import { toHex } from "../../bytes/hex.ts";
import { readU16 } from "../../bytes/reader.ts";
import { copyOctets } from "../../bytes/slab.ts";
import type { Writer } from "../../bytes/writer.ts";
import { BgpEncodeError, checkList, checkOctets, checkRange } from "../encode-error.ts";
import type { Json } from "./spec.ts";

/** One element of an attribute that is a list of type, length and value. */
export interface Tlv {
  /** 0..255 */
  readonly type: number;
  /** Without type and length. */
  readonly value: Uint8Array;
}

/** Octets of a TLV's type and length. */
export const tlvHeaderLength = 3;

/**
 * Whether `bytes[start, end)` is a run of TLVs with a type of one octet and a length of two; {@link decodeTlvs} reads it. `counted` is what the
 * length octets count beside the value: 0, or 3 where they count type and length as well.
 */
export function areTlvs(bytes: Uint8Array, start: number, end: number, counted: 0 | 3): boolean {
  let at = start;
  while (at < end) {
    if (end - at < tlvHeaderLength) return false;
    const length = readU16(bytes, at + 1);
    if (length < counted) return false;
    at += tlvHeaderLength - counted + length;
  }
  return at === end;
}

/** The TLVs of octets that {@link areTlvs} accepted. */
export function decodeTlvs(bytes: Uint8Array, start: number, end: number, counted: 0 | 3): Tlv[] {
  const tlvs: Tlv[] = [];
  for (let at = start; at < end; ) {
    const next = at + tlvHeaderLength - counted + readU16(bytes, at + 1);
    tlvs.push({ type: bytes[at]!, value: copyOctets(bytes, at + tlvHeaderLength, next) });
    at = next;
  }
  return tlvs;
}

/** Appends TLVs; `field` names the list in an error. */
export function encodeTlvs(w: Writer, tlvs: readonly Tlv[], counted: 0 | 3, field: string): void {
  checkList(field, tlvs);
  for (const { type, value } of tlvs) {
    checkRange(`${field}.type`, type, 0, 255);
    checkOctets(`${field}.value`, value);
    const length = value.length + counted;
    if (length > 0xffff) {
      throw new BgpEncodeError("value-length", `${field}.value`, `${value.length} octets do not fit into a TLV`);
    }
    w.u8(type);
    w.u16(length);
    w.copy(value);
  }
}

/** A TLV nothing more is known of. */
export function tlvToJson({ type, value }: Tlv): { readonly [key: string]: Json } {
  return { type, value: toHex(value) };
}
