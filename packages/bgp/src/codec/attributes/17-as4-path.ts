import {
  checkSegments,
  decodeSegments,
  encodeSegments,
  type SegmentFault,
  segmentsToJson,
} from "./as-path-segments.ts";
import { as4PathToSend } from "./four-octet-as.ts";
import {
  type AttributeFault,
  AttributeKind,
  type AttributeSpec,
  badLengthDiscards,
  defineAttribute,
  discard,
  ignored,
} from "./spec.ts";

const faults: Readonly<Record<SegmentFault, AttributeFault>> = {
  "as-path-underrun": discard("as-path-underrun", "RFC 6793 §6"),
  "as-path-segment-type": discard("as-path-segment-type", "RFC 6793 §6"),
  "as-path-empty-segment": discard("as-path-empty-segment", "RFC 6793 §6"),
  "as-path-overrun": discard("as-path-overrun", "RFC 6793 §6"),
  "as-path-as-zero": discard("as-path-as-zero", "RFC 7607 §2"),
};

/**
 * AS4_PATH (RFC 6793 §3): the four-octet AS path carried through two-octet speakers. Only from and to a two-octet peer;
 * computed from `asPath` on sending, folded back into it by `materialise`.
 */
export const as4Path: AttributeSpec = defineAttribute({
  code: 17,
  name: "AS4_PATH",
  property: "as4Path",
  rfc: "RFC 6793 §3",
  kind: AttributeKind.OptionalTransitive,
  // RFC 6793 §6: malformed when "not a multiple of two or is too small (i.e., less than 6)".
  length: { min: 6, max: 0xffff, multipleOf: 2 },
  badLength: badLengthDiscards("RFC 6793 §6"),
  fromFourOctetAs: ignored("as4-path-from-four-octet-peer", "RFC 6793 §4.1"),
  check: (bytes, start, end) => {
    const fault = checkSegments(bytes, start, end, 4);
    return fault === null ? null : faults[fault];
  },
  decode: (bytes, start, end) => decodeSegments(bytes, start, end, 4),
  encode: (w, value) => encodeSegments(w, value, 4),
  sentFrom: "asPath",
  select: (asPath, ctx) => (ctx.fourOctetAs ? undefined : as4PathToSend(asPath)),
  json: segmentsToJson,
});
