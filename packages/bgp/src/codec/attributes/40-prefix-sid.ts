import { readU16 } from "../../bytes/reader.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import { PrefixSidTlv, prefixSidTlvToJson, withoutRepeated } from "./prefix-sid-tlv.ts";
import {
  type AttributeFault,
  AttributeKind,
  type AttributeSpec,
  badLengthDiscards,
  defineAttribute,
  discard,
  refuseMalformed,
  unlessEmpty,
  withdraw,
} from "./spec.ts";
import { areTlvs, decodeTlvs, encodeTlvs, tlvHeaderLength } from "./tlv.ts";

const badTlv = discard("prefix-sid-tlv", "RFC 8669 §6");
const badServiceTlv = withdraw("prefix-sid-srv6-service-tlv", "RFC 9252 §7", UpdateSubcode.OptionalAttributeError);

/** BGP Prefix-SID (RFC 8669 §3): the segment that leads to a prefix, as a list of TLVs; with SRv6 services also those of RFC 9252 §2. */
export const prefixSid: AttributeSpec = defineAttribute({
  code: 40,
  name: "BGP Prefix-SID",
  property: "prefixSid",
  rfc: "RFC 8669 §3",
  kind: AttributeKind.OptionalTransitive,
  length: { min: tlvHeaderLength, max: 0xffff, multipleOf: 1 },
  badLength: badLengthDiscards("RFC 8669 §6"),
  check: checkTlvs,
  decode: (bytes, start, end) => withoutRepeated(decodeTlvs(bytes, start, end, 0)),
  select: unlessEmpty,
  encode: (w, tlvs) => {
    const start = w.length;
    encodeTlvs(w, withoutRepeated(tlvs), 0, "prefixSid");
    refuseMalformed("prefixSid", checkTlvs(w.bytes, start, w.length));
  },
  json: (tlvs) => tlvs.map(prefixSidTlvToJson),
});

function checkTlvs(bytes: Uint8Array, start: number, end: number): AttributeFault | null {
  let fault: AttributeFault | null = null;
  for (let at = start; at < end; ) {
    if (end - at < tlvHeaderLength) return fault ?? badTlv;
    const type = bytes[at]!;
    const value = at + tlvHeaderLength;
    const next = value + readU16(bytes, at + 1);
    // RFC 9252 §7: "treat-as-withdraw […] MUST be performed when at least one malformed SRv6 Service TLV is present".
    if (type === PrefixSidTlv.Srv6L3Service || type === PrefixSidTlv.Srv6L2Service) {
      if (next > end || !isServiceTlv(bytes, value, next)) return badServiceTlv;
    } else if (next > end || !isTlvLength(type, next - value)) fault = badTlv;
    at = next;
  }
  return fault;
}

/** RFC 8669 §3.1: seven octets. §3.2: flags, and one or more ranges of six octets. */
function isTlvLength(type: number, length: number): boolean {
  switch (type) {
    case PrefixSidTlv.LabelIndex:
      return length === 7;
    case PrefixSidTlv.OriginatorSrgb:
      return length >= 8 && (length - 2) % 6 === 0;
    default:
      return true;
  }
}

/** RFC 9252 §7: a reserved octet, and Sub-TLVs that end where it ends; a SID Information one has at least 21 octets (§3.1). */
function isServiceTlv(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end || !areTlvs(bytes, start + 1, end, 0)) return false;
  for (let at = start + 1; at < end; ) {
    const value = at + tlvHeaderLength;
    const next = value + readU16(bytes, at + 1);
    if (bytes[at] === 1 && (next - value < 21 || !areTlvs(bytes, value + 21, next, 0))) return false;
    at = next;
  }
  return true;
}
