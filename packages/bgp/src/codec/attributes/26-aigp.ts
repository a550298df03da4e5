import { readU16, readU32 } from "../../bytes/reader.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import { aigpMetric, aigpTlvType } from "./aigp-metric.ts";
import {
  type AttributeFault,
  AttributeKind,
  type AttributeSpec,
  badLengthDiscards,
  defineAttribute,
  discard,
  type Json,
  refuseMalformed,
  unlessEmpty,
} from "./spec.ts";
import { areTlvs, decodeTlvs, encodeTlvs, type Tlv, tlvHeaderLength, tlvToJson } from "./tlv.ts";

const aigpTlvLength = 11;
// RFC 7311 §3.2: a malformed AIGP "MUST be treated exactly as if it were an unrecognized non-transitive attribute".
const badTlv = discard("aigp-tlv", "RFC 7311 §3.2");
const infinite = discard("aigp-metric", "RFC 7311 §3.2");

/**
 * AIGP (RFC 7311 §3): the metric of the way to the next hop, summed up inside one administration. Whether a session may carry
 * it (AIGP_SESSION, RFC 7311 §3.3) is configuration, and asked by whoever uses the value.
 */
export const aigp: AttributeSpec = defineAttribute({
  code: 26,
  name: "AIGP",
  property: "aigp",
  rfc: "RFC 7311 §3",
  kind: AttributeKind.OptionalNonTransitive,
  length: { min: tlvHeaderLength, max: 0xffff, multipleOf: 1 },
  // "also has the transitive bit set, the attribute MUST be considered to be a malformed AIGP attribute"
  badFlags: discard("attribute-flags", "RFC 7311 §3.2", UpdateSubcode.AttributeFlagsError),
  badLength: badLengthDiscards("RFC 7311 §3.2"),
  check: checkTlvs,
  decode: (bytes, start, end) => decodeTlvs(bytes, start, end, tlvHeaderLength),
  select: unlessEmpty,
  encode: (w, tlvs) => {
    const start = w.length;
    encodeTlvs(w, tlvs, tlvHeaderLength, "aigp");
    refuseMalformed("aigp", checkTlvs(w.bytes, start, w.length));
  },
  json: toJson,
});

function checkTlvs(bytes: Uint8Array, start: number, end: number): AttributeFault | null {
  if (!areTlvs(bytes, start, end, tlvHeaderLength)) return badTlv;
  let first = true;
  for (let at = start; at < end; at += readU16(bytes, at + 1)) {
    if (bytes[at] !== aigpTlvType) continue;
    if (readU16(bytes, at + 1) !== aigpTlvLength) return badTlv;
    // "its first AIGP TLV contains the maximum value": that stands for no metric at all.
    if (first && (readU32(bytes, at + 3) & readU32(bytes, at + 7)) === -1) return infinite;
    first = false;
  }
  return null;
}

/** The metric as a number, as text where a number cannot hold it exactly, and the TLVs that are none. */
function toJson(tlvs: readonly Tlv[]): Json {
  const metric = aigpMetric(tlvs);
  const others = tlvs.filter(({ type }) => type !== aigpTlvType);
  return {
    ...(metric === undefined ? {} : { metric: metric <= Number.MAX_SAFE_INTEGER ? Number(metric) : `${metric}` }),
    ...(others.length === 0 ? {} : { others: others.map(tlvToJson) }),
  };
}
