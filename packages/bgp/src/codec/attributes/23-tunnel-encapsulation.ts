import { readU16 } from "../../bytes/reader.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import { AttributeKind, type AttributeSpec, badLength, defineOpaque, withdraw } from "./spec.ts";

const badTlv = withdraw("tunnel-encapsulation-tlv", "RFC 9012 §13", UpdateSubcode.OptionalAttributeError);

/** Tunnel Encapsulation (RFC 9012 §2): tunnels that lead to the next hop, as TLVs with a type and a length of two octets each. */
export const tunnelEncapsulation: AttributeSpec = defineOpaque({
  code: 23,
  name: "Tunnel Encapsulation",
  rfc: "RFC 9012 §2",
  kind: AttributeKind.OptionalTransitive,
  length: { min: 4, max: 0xffff, multipleOf: 1 },
  badLength: badLength("RFC 9012 §13"),
  check: (bytes, start, end) => {
    let at = start;
    while (at < end) {
      if (end - at < 4) return badTlv;
      at += 4 + readU16(bytes, at + 2);
    }
    return at === end ? null : badTlv;
  },
});
