import type { AttributeValues } from "../codec/attributes/values.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";

/**
 * Decides about one received route: false refuses it, true takes it as it is, other attributes replace what the peer sent.
 * The attributes are shared by all routes that have them and must not be changed in place.
 * Where there is no import policy nothing is accepted (RFC 8212 §2).
 */
export type ImportPolicy = (prefix: Prefix, attributes: AttributeValues) => boolean | AttributeValues;

/** Takes every route as it is: for a collector, or a lab. A production peer deserves a narrower one. */
export const acceptAll: ImportPolicy = () => true;
