import { readU16 } from "../../bytes/reader.ts";
import { AttributeCode } from "../../iana/attribute-codes.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import { AttributeFlag, AttributeKind, type AttributeSpec, badLength, defineOpaque, withdraw } from "./spec.ts";

const badSet = withdraw("attr-set-attributes", "RFC 7606 §7.16", UpdateSubcode.OptionalAttributeError);

/** ATTR_SET (RFC 6368 §5): the attributes of a customer's internal route behind its AS, carried through a provider's VPN unseen. */
export const attrSet: AttributeSpec = defineOpaque({
  code: 128,
  name: "ATTR_SET",
  rfc: "RFC 6368 §5",
  kind: AttributeKind.OptionalTransitive,
  length: { min: 4, max: 0xffff, multipleOf: 1 },
  badLength: badLength("RFC 7606 §7.16"),
  check: (bytes, start, end) => {
    let at = start + 4;
    while (at < end) {
      const extended = (bytes[at]! & AttributeFlag.ExtendedLength) !== 0;
      const value = at + (extended ? 4 : 3);
      if (value > end) return badSet;
      // RFC 6368 §5: it "MUST NOT" hold the attributes that name routes.
      const code = bytes[at + 1]!;
      if (code === AttributeCode.MpReachNlri || code === AttributeCode.MpUnreachNlri) return badSet;
      at = value + (extended ? readU16(bytes, at + 2) : bytes[at + 2]!);
    }
    return at === end ? null : badSet;
  },
});
