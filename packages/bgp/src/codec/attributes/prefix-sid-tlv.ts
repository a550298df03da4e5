import { readU16, readU32 } from "../../bytes/reader.ts";
import type { Json } from "./spec.ts";
import { type Tlv, tlvToJson } from "./tlv.ts";

/** Types of the TLVs of a Prefix-SID: RFC 8669 §3.1 and §3.2, RFC 9252 §2. */
export const PrefixSidTlv = { LabelIndex: 1, OriginatorSrgb: 3, Srv6L3Service: 5, Srv6L2Service: 6 } as const;

/** The label index of a prefix: its label is that many above the start of each router's own block (RFC 8669 §3.1); undefined without one. */
export function labelIndex(tlvs: readonly Tlv[]): number | undefined {
  const tlv = tlvs.find(({ type }) => type === PrefixSidTlv.LabelIndex);
  return tlv === undefined || tlv.value.length !== 7 ? undefined : readU32(tlv.value, 3);
}

/** RFC 8669 §6, RFC 9252 §7: of the TLVs that may be there once, "all the occurrences […] other than the first one SHALL be discarded". */
export function withoutRepeated(tlvs: readonly Tlv[]): readonly Tlv[] {
  const seen = new Set<number>();
  const kept = tlvs.filter(({ type }) => {
    if (!isKnown(type)) return true;
    const repeated = seen.has(type);
    seen.add(type);
    return !repeated;
  });
  return kept.length === tlvs.length ? tlvs : kept;
}

function isKnown(type: number): boolean {
  return Object.values<number>(PrefixSidTlv).includes(type);
}

/** Label index and label ranges in words, other TLVs in hexadecimal. */
export function prefixSidTlvToJson(tlv: Tlv): Json {
  const { type, value } = tlv;
  switch (type) {
    case PrefixSidTlv.LabelIndex:
      return { type, flags: readU16(value, 1), labelIndex: readU32(value, 3) };
    case PrefixSidTlv.OriginatorSrgb: {
      const srgb: Json[] = [];
      for (let at = 2; at < value.length; at += 6)
        srgb.push({ base: readU24(value, at), range: readU24(value, at + 3) });
      return { type, flags: readU16(value, 0), srgb };
    }
    default:
      return tlvToJson(tlv);
  }
}

function readU24(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | readU16(bytes, at + 1);
}
