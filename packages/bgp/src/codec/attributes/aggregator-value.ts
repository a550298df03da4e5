import { formatAddress } from "../../bytes/address.ts";
import { readU16, readU32 } from "../../bytes/reader.ts";
import { copyOctets } from "../../bytes/slab.ts";
import type { Writer } from "../../bytes/writer.ts";
import { checkLength, checkRange } from "../encode-error.ts";
import { asTrans } from "./as-path-segments.ts";
import { type AttributeFault, discard, type Json } from "./spec.ts";

/** RFC 7607 §2, with the outcome that RFC 7606 §7.7 and RFC 6793 §6 give a malformed one. */
export const aggregatorZeroAs: AttributeFault = discard("aggregator-as-zero", "RFC 7607 §2");

/** The AS and the router that formed an aggregate. */
export interface Aggregator {
  /** 1..4294967295 */
  readonly asn: number;
  /** Four octets. */
  readonly address: Uint8Array;
}

export function decodeAggregator(bytes: Uint8Array, start: number, asnOctets: 2 | 4): Aggregator {
  const asn = asnOctets === 4 ? readU32(bytes, start) : readU16(bytes, start);
  return { asn, address: copyOctets(bytes, start + asnOctets, start + asnOctets + 4) };
}

export function encodeAggregator(w: Writer, { asn, address }: Aggregator, asnOctets: 2 | 4): void {
  checkRange("aggregator.asn", asn, 1, 0xffff_ffff);
  checkLength("aggregator.address", address, 4);
  if (asnOctets === 4) w.u32(asn);
  else w.u16(asn > 0xffff ? asTrans : asn);
  w.copy(address);
}

export function aggregatorToJson({ asn, address }: Aggregator): Json {
  return { asn, address: formatAddress(address) };
}
