import { aggregatorToJson, aggregatorZeroAs, decodeAggregator, encodeAggregator } from "./aggregator-value.ts";
import { isZeroAs } from "./as-path-segments.ts";
import { as4AggregatorToSend } from "./four-octet-as.ts";
import { AttributeKind, type AttributeSpec, badLengthDiscards, defineAttribute, fixedLength, ignored } from "./spec.ts";

/**
 * AS4_AGGREGATOR (RFC 6793 §3): the aggregator's four-octet AS carried through two-octet speakers. Only from and to a
 * two-octet peer; computed from `aggregator` on sending, folded back into it by `materialise`.
 */
export const as4Aggregator: AttributeSpec = defineAttribute({
  code: 18,
  name: "AS4_AGGREGATOR",
  property: "as4Aggregator",
  rfc: "RFC 6793 §3",
  kind: AttributeKind.OptionalTransitive,
  length: fixedLength(8),
  badLength: badLengthDiscards("RFC 6793 §6"),
  fromFourOctetAs: ignored("as4-aggregator-from-four-octet-peer", "RFC 6793 §4.1"),
  check: (bytes, start) => (isZeroAs(bytes, start, 4) ? aggregatorZeroAs : null),
  decode: (bytes, start) => decodeAggregator(bytes, start, 4),
  encode: (w, value) => encodeAggregator(w, value, 4),
  sentFrom: "aggregator",
  select: (aggregator, ctx) => (ctx.fourOctetAs ? undefined : as4AggregatorToSend(aggregator)),
  json: aggregatorToJson,
});
