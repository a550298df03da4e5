import { aggregatorToJson, aggregatorZeroAs, decodeAggregator, encodeAggregator } from "./aggregator-value.ts";
import { isZeroAs } from "./as-path-segments.ts";
import { AttributeKind, type AttributeSpec, badLengthDiscards, defineAttribute, fixedLength } from "./spec.ts";

/** AGGREGATOR (RFC 4271 §5.1.7), with a two- or four-octet AS number as negotiated (RFC 6793 §4.1). */
export const aggregator: AttributeSpec = defineAttribute({
  code: 7,
  name: "AGGREGATOR",
  property: "aggregator",
  rfc: "RFC 4271 §5.1.7",
  kind: AttributeKind.OptionalTransitive,
  length: fixedLength(8),
  lengthTwoOctetAs: fixedLength(6),
  badLength: badLengthDiscards("RFC 7606 §7.7"),
  check: (bytes, start, _end, ctx) => (isZeroAs(bytes, start, ctx.fourOctetAs ? 4 : 2) ? aggregatorZeroAs : null),
  decode: (bytes, start, _end, ctx) => decodeAggregator(bytes, start, ctx.fourOctetAs ? 4 : 2),
  encode: (w, value, ctx) => encodeAggregator(w, value, ctx.fourOctetAs ? 4 : 2),
  json: aggregatorToJson,
});
