import { readU32 } from "../../bytes/reader.ts";
import { BgpEncodeError } from "../encode-error.ts";
import type { Tlv } from "./tlv.ts";

/** RFC 7311 §3: the one TLV that is defined. */
export const aigpTlvType = 1;
const metricLength = 8;
const maxMetric = 0xffff_ffff_ffff_ffffn;

/** The accumulated IGP metric: that of the first AIGP TLV, the others do not count (RFC 7311 §3); undefined when there is none. */
export function aigpMetric(tlvs: readonly Tlv[]): bigint | undefined {
  const tlv = tlvs.find(({ type, value }) => type === aigpTlvType && value.length === metricLength);
  if (tlv === undefined) return undefined;
  return (BigInt(readU32(tlv.value, 0)) << 32n) | BigInt(readU32(tlv.value, 4));
}

/** An AIGP TLV of this metric, 0..2^64-1 (RFC 7311 §3); throws BgpEncodeError for any other number. */
export function aigpTlv(metric: bigint): Tlv {
  if (metric < 0n || metric > maxMetric) {
    throw new BgpEncodeError("value-range", "aigp.metric", `${metric} is not in 0..${maxMetric}`);
  }
  const value = new Uint8Array(metricLength);
  new DataView(value.buffer).setBigUint64(0, metric);
  return { type: aigpTlvType, value };
}
