import type { CodecContext } from "../context.ts";
import { type AttributeFault, AttributeKind, type AttributeSpec, Mandatory } from "./spec.ts";

/**
 * The first rule that an attribute with the value `bytes[start, end)` breaks, or null. The rule for flags comes first, being one for
 * every recognised attribute (RFC 7606 §3 c); then whether the peer may send it at all, for what is dropped anyway cannot
 * cost more because its value is malformed as well.
 * @param nlriField whether the UPDATE's own NLRI field holds routes.
 */
export function checkAttribute(
  spec: AttributeSpec,
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
  ctx: CodecContext,
  nlriField: boolean,
): AttributeFault | null {
  if ((flags & AttributeKind.OptionalTransitive) !== spec.kind) return spec.badFlags;
  if (spec.fromExternal !== null && !ctx.internal && !(spec.withinConfederation && ctx.confederation === true)) {
    return spec.fromExternal;
  }
  if (spec.fromFourOctetAs !== null && ctx.fourOctetAs) return spec.fromFourOctetAs;
  const rule = ctx.fourOctetAs ? spec.length : spec.lengthTwoOctetAs;
  const length = end - start;
  if (length < rule.min || length > rule.max || (rule.multipleOf !== 1 && length % rule.multipleOf !== 0)) {
    return spec.badLength;
  }
  // RFC 4760 §3: a NEXT_HOP beside no NLRI but MP_REACH_NLRI's "SHOULD" be ignored; what it says cannot be wrong then.
  if (spec.mandatory === Mandatory.WithNlriField && !nlriField) return null;
  return spec.check === null ? null : spec.check(bytes, start, end, ctx);
}
