import { copyOctets } from "../../bytes/slab.ts";
import type { Family } from "../../iana/afi-safi.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import { type CodecContext, carriesPathIds, defaultCodecContext } from "../context.ts";
import { keepShape } from "../keep-shape.ts";
import { nlriSpec } from "../nlri/table.ts";
import { NlriView } from "../nlri/view.ts";
import { familyAt } from "./reachability.ts";
import { type AttributeSpec, defineReachability, reset } from "./spec.ts";

// RFC 7606 §7.11 leaves "session reset" or "AFI/SAFI disable" for a fault in this attribute; RFC 4760 §7 names the subcode.
const { OptionalAttributeError } = UpdateSubcode;
const badFlags = reset("mp-reach-flags", "RFC 7606 §5.3", OptionalAttributeError);
const tooShort = reset("mp-reach-length", "RFC 7606 §5.3", OptionalAttributeError);
const badNextHop = reset("mp-reach-next-hop-length", "RFC 7606 §7.11", OptionalAttributeError);
const badNlri = reset("mp-reach-nlri-syntax", "RFC 7606 §5.3", OptionalAttributeError);

/** MP_REACH_NLRI (RFC 4760 §3): family, next hop and reachable NLRI. */
export const mpReachNlri: AttributeSpec = defineReachability({
  code: 14,
  name: "MP_REACH_NLRI",
  rfc: "RFC 4760 §3",
  length: { min: 5, max: 0xffff, multipleOf: 1 },
  badFlags,
  badLength: tooShort,
  check: (bytes, start, end, ctx) => {
    const nextHopLength = bytes[start + 3]!;
    // One more octet, the reserved one, stands between the next hop and the NLRI.
    const nlriStart = start + 5 + nextHopLength;
    if (nlriStart > end) return badNextHop;
    const family = familyAt(bytes, start);
    const spec = nlriSpec(family);
    if (spec === null) return null;
    if (!spec.nextHopLengths.includes(nextHopLength)) return badNextHop;
    return spec.isValid(bytes, nlriStart, end, carriesPathIds(ctx.addPathReceive, family), false) ? null : badNlri;
  },
});

/** A validated MP_REACH_NLRI. Borrows the receive buffer. */
export class MpReach {
  /** Where in `bytes` the next hop is. */
  declare readonly nextHopStart: number;
  declare readonly nlri: NlriView;

  constructor(bytes: Uint8Array, start: number, end: number, ctx: CodecContext) {
    const family = familyAt(bytes, start);
    const addPath = carriesPathIds(ctx.addPathReceive, family);
    this.nextHopStart = start + 4;
    this.nlri = new NlriView(family, addPath, bytes, start + 5 + bytes[start + 3]!, end);
  }

  get family(): Family {
    return this.nlri.family;
  }

  /**
   * Octets of the next hop: 4, 16, or 32 for a global and a link-local address; for VPN families 12, 24 or 48, with a route
   * distinguisher before each address. Any number for a family without a spec.
   */
  get nextHopLength(): number {
    return this.nlri.bytes[this.nextHopStart - 1]!;
  }

  /** A copy of the next hop's octets. */
  get nextHop(): Uint8Array {
    return copyOctets(this.nlri.bytes, this.nextHopStart, this.nextHopStart + this.nextHopLength);
  }
}

keepShape(new MpReach(new Uint8Array(8), 0, 5, defaultCodecContext));
