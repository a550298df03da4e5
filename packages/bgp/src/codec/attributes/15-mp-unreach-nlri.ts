import type { Family } from "../../iana/afi-safi.ts";
import { UpdateSubcode } from "../../iana/notification-codes.ts";
import { type CodecContext, carriesPathIds, defaultCodecContext } from "../context.ts";
import { keepShape } from "../keep-shape.ts";
import { nlriSpec } from "../nlri/table.ts";
import { NlriView } from "../nlri/view.ts";
import { familyAt } from "./reachability.ts";
import { type AttributeSpec, defineReachability, reset } from "./spec.ts";

const { OptionalAttributeError } = UpdateSubcode;
const badFlags = reset("mp-unreach-flags", "RFC 7606 §5.3", OptionalAttributeError);
const tooShort = reset("mp-unreach-length", "RFC 7606 §5.3", OptionalAttributeError);
const badNlri = reset("mp-unreach-nlri-syntax", "RFC 7606 §5.3", OptionalAttributeError);

/**
 * MP_UNREACH_NLRI (RFC 4760 §4): family and withdrawn NLRI; without any, and alone, it is End-of-RIB (RFC 4724 §2). It has no faults of its
 * own: RFC 7606 §7.12 refers to what is said of NLRI.
 */
export const mpUnreachNlri: AttributeSpec = defineReachability({
  code: 15,
  name: "MP_UNREACH_NLRI",
  rfc: "RFC 4760 §4",
  length: { min: 3, max: 0xffff, multipleOf: 1 },
  badFlags,
  badLength: tooShort,
  check: (bytes, start, end, ctx) => {
    const family = familyAt(bytes, start);
    const spec = nlriSpec(family);
    if (spec === null) return null;
    return spec.isValid(bytes, start + 3, end, carriesPathIds(ctx.addPathReceive, family), true) ? null : badNlri;
  },
});

/** A validated MP_UNREACH_NLRI. Borrows the receive buffer. */
export class MpUnreach {
  declare readonly family: Family;
  declare readonly nlri: NlriView;

  constructor(bytes: Uint8Array, start: number, end: number, ctx: CodecContext) {
    this.family = familyAt(bytes, start);
    const addPath = carriesPathIds(ctx.addPathReceive, this.family);
    this.nlri = new NlriView(this.family, addPath, bytes, start + 3, end, true);
  }
}

keepShape(new MpUnreach(new Uint8Array(8), 0, 3, defaultCodecContext));
