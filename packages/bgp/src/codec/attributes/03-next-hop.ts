import { formatAddress } from "../../bytes/address.ts";
import { copyOctets } from "../../bytes/slab.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import { BgpEncodeError, checkLength } from "../encode-error.ts";
import {
  AttributeKind,
  type AttributeSpec,
  badLength,
  defineAttribute,
  fixedLength,
  Mandatory,
  withdraw,
} from "./spec.ts";

const notHostAddress = withdraw("next-hop-value", "RFC 4271 §6.3", UpdateSubcode.InvalidNextHopAttribute);

/**
 * NEXT_HOP (RFC 4271 §5.1.3): the IPv4 address of the router to send to. Where the next hop is an IPv6 one it travels
 * inside MP_REACH_NLRI, and this attribute is absent.
 */
export const nextHop: AttributeSpec = defineAttribute({
  code: 3,
  name: "NEXT_HOP",
  property: "nextHop",
  rfc: "RFC 4271 §5.1.3",
  kind: AttributeKind.WellKnown,
  // RFC 4760 §3: an UPDATE without the NLRI field does not need it.
  mandatory: Mandatory.WithNlriField,
  length: fixedLength(4),
  badLength: badLength("RFC 7606 §7.3"),
  // RFC 4271 §6.3: "Syntactic correctness means that the NEXT_HOP attribute represents a valid IP host address."
  // RFC 7606 §3 e turns the session reset of that section into treat-as-withdraw.
  check: (bytes, start) => (isHostAddress(bytes, start) ? null : notHostAddress),
  decode: (bytes, start, end) => copyOctets(bytes, start, end),
  encode: (w, value) => {
    checkLength("nextHop", value, 4);
    if (!isHostAddress(value, 0)) {
      throw new BgpEncodeError("value-range", "nextHop", `${formatAddress(value)} is not the address of a host`);
    }
    w.copy(value);
  },
  json: (value) => formatAddress(value),
});

/** Neither unspecified, nor multicast, nor of the reserved class E. */
function isHostAddress(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at]!;
  return first < 224 && (first | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) !== 0;
}
