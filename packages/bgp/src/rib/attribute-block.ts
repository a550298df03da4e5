// The canonical octets of an attribute set (see `PathAttributes.writeCanonical`): from values and back.
import { readU32 } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import { encodeAttributes } from "../codec/attributes/encode.ts";
import { PathAttributes } from "../codec/attributes/path-attributes.ts";
import { AttributeFlag, AttributeKind } from "../codec/attributes/spec.ts";
import type { AttributeValues } from "../codec/attributes/values.ts";
import { type CodecContext, defaultCodecContext } from "../codec/context.ts";
import { BgpEncodeError } from "../codec/encode-error.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";

/** Canonical octets have AS numbers of four octets, and all that a set may have on an internal session. */
const canonicalContext: CodecContext = { ...defaultCodecContext, internal: true };

/** The values of canonical octets. */
export function valuesOfBlock(bytes: Uint8Array, start: number, end: number): AttributeValues {
  let low = 0;
  let high = 0;
  for (let at = start; at < end; at = attributeEnd(bytes, at)) {
    const code = bytes[at + 1]!;
    if (code < 32) low |= 1 << code;
    else if (code < 64) high |= 1 << (code - 32);
  }
  return new PathAttributes(bytes, start, end, canonicalContext, low, high).materialise();
}

/** Appends the canonical octets of a set that is given as values. Throws `BgpEncodeError` for what cannot be on the wire. */
export function writeBlock(w: Writer, values: AttributeValues): void {
  const start = w.length;
  encodeAttributes(w, values, canonicalContext, false);
  const { nextHop } = values;
  if (nextHop === undefined) return;
  if (![4, 16, 24, 32, 48, 12].includes(nextHop.length))
    throw new BgpEncodeError("value-length", "nextHop", `${nextHop.length} octets are no next hop`);
  const end = w.length;
  let place = start;
  while (place < end && w.bytes[place + 1]! < AttributeCode.NextHop) place = attributeEnd(w.bytes, place);
  w.u8(AttributeKind.WellKnown);
  w.u8(AttributeCode.NextHop);
  w.u8(nextHop.length);
  w.copy(nextHop);
  w.rotate(place, end);
}

/** The value of the attribute with this code, where it is; empty without one. */
export function attributeValue(block: Uint8Array, code: number): Uint8Array {
  for (let at = 0; at < block.length && block[at + 1]! <= code; ) {
    const next = attributeEnd(block, at);
    if (block[at + 1] === code) return block.subarray(valueAt(block, at), next);
    at = next;
  }
  return block.subarray(0, 0);
}

/** Where the value of the attribute at `at` begins. */
export function valueAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & AttributeFlag.ExtendedLength) === 0 ? at + 3 : at + 4;
}

/** Where the attribute at `at` ends. */
export function attributeEnd(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & AttributeFlag.ExtendedLength) === 0
    ? at + 3 + bytes[at + 2]!
    : at + 4 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
}

/** Whether an AS_PATH has this AS, or ORIGINATOR_ID or CLUSTER_LIST this BGP Identifier: RFC 4271 §9.1.2, RFC 4456 §8. */
export function hasBeenAt(bytes: Uint8Array, start: number, end: number, asn: number, routerId: number): boolean {
  for (let at = start; at < end; ) {
    const next = attributeEnd(bytes, at);
    switch (bytes[at + 1]) {
      case AttributeCode.AsPath:
        if (pathHas(bytes, valueAt(bytes, at), next, asn)) return true;
        break;
      case AttributeCode.OriginatorId:
      case AttributeCode.ClusterList:
        for (let id = valueAt(bytes, at); id < next; id += 4) if (readU32(bytes, id) === routerId) return true;
        break;
    }
    at = next;
  }
  return false;
}

function pathHas(bytes: Uint8Array, start: number, end: number, asn: number): boolean {
  for (let segment = start; segment < end; ) {
    const next = segment + 2 + 4 * bytes[segment + 1]!;
    for (let at = segment + 2; at < next; at += 4) if (readU32(bytes, at) === asn) return true;
    segment = next;
  }
  return false;
}
