import { AttributeCode } from "../../iana/attribute-codes.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import {
  checkSegments,
  decodeSegments,
  encodeSegments,
  hasConfederationSegment,
  type SegmentFault,
  segmentsToJson,
} from "./as-path-segments.ts";
import {
  type AttributeFault,
  AttributeKind,
  type AttributeSpec,
  anyLength,
  badLength,
  defineAttribute,
  Mandatory,
  withdraw,
} from "./spec.ts";
import { SegmentType } from "./values.ts";

const faults: Readonly<Record<SegmentFault, AttributeFault>> = {
  "as-path-underrun": malformed("as-path-underrun"),
  "as-path-segment-type": malformed("as-path-segment-type"),
  "as-path-empty-segment": malformed("as-path-empty-segment"),
  "as-path-overrun": malformed("as-path-overrun"),
  "as-path-as-zero": withdraw("as-path-as-zero", "RFC 7607 §2", UpdateSubcode.MalformedAsPath),
};

function malformed(rule: SegmentFault): AttributeFault {
  return withdraw(rule, "RFC 7606 §7.2", UpdateSubcode.MalformedAsPath);
}

/**
 * RFC 5065 §5: it is an error to receive confederation segments "from a neighbor that is not located in the same confederation", to be
 * treated as a malformed AS_PATH.
 */
const fromOutside = withdraw("as-path-confederation", "RFC 5065 §5", UpdateSubcode.MalformedAsPath);
/** RFC 5065 §5: what a peer in another Member-AS sends begins with an AS_CONFED_SEQUENCE, that AS being the first in it. */
const fromInside = withdraw("as-path-confederation-first", "RFC 5065 §5", UpdateSubcode.MalformedAsPath);

/** AS_PATH (RFC 4271 §5.1.2), with two- or four-octet AS numbers as negotiated (RFC 6793 §4.1). */
export const asPath: AttributeSpec = defineAttribute({
  code: 2,
  name: "AS_PATH",
  property: "asPath",
  rfc: "RFC 4271 §5.1.2",
  kind: AttributeKind.WellKnown,
  mandatory: Mandatory.WithReachableNlri,
  // RFC 8205 §3: an UPDATE with BGPsec_Path has no AS_PATH.
  replacedBy: AttributeCode.BgpsecPath,
  // RFC 7606 §4: "only AS_PATH and ATOMIC_AGGREGATE may validly have an attribute length of zero."
  length: anyLength,
  badLength: badLength("RFC 7606 §7.2"),
  check: (bytes, start, end, ctx) => {
    const asnOctets = ctx.fourOctetAs ? 4 : 2;
    const fault = checkSegments(bytes, start, end, asnOctets);
    if (fault !== null) return faults[fault];
    if (ctx.internal || ctx.confederation === undefined) return null;
    if (ctx.confederation) return start < end && bytes[start] === SegmentType.ConfedSequence ? null : fromInside;
    return hasConfederationSegment(bytes, start, end, asnOctets) ? fromOutside : null;
  },
  decode: (bytes, start, end, ctx) => decodeSegments(bytes, start, end, ctx.fourOctetAs ? 4 : 2),
  encode: (w, value, ctx) => encodeSegments(w, value, ctx.fourOctetAs ? 4 : 2),
  json: segmentsToJson,
});
