import type { Writer } from "../bytes/writer.ts";
import { afiOf, Family, safiOf } from "../iana/afi-safi.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";
import { NotificationCode, UpdateSubcode } from "../iana/notification-codes.ts";
import { AttributeScanner } from "./attributes/decode.ts";
import { beginAttribute, endAttribute } from "./attributes/encode.ts";
import { PathAttributes } from "./attributes/path-attributes.ts";
import { familyAt } from "./attributes/reachability.ts";
import { AttributeKind, reset } from "./attributes/spec.ts";
import { type CodecContext, carriesPathIds, defaultCodecContext } from "./context.ts";
import { checkRange } from "./encode-error.ts";
import { beginMessage, endMessage, headerLength } from "./header.ts";
import { keepShape } from "./keep-shape.ts";
import type { UpdateMessage } from "./message-types.ts";
import { MessageType } from "./message-types.ts";
import { ipv4Unicast } from "./nlri/ipv4-unicast.ts";
import { emptyNlri, NlriView } from "./nlri/view.ts";
import { type NotificationBody, Outcome, type Problem } from "./outcome.ts";

const badLengths = reset("update-lengths", "RFC 7606 §3 b", UpdateSubcode.MalformedAttributeList);
const badWithdrawn = reset("withdrawn-syntax", "RFC 7606 §5.3", UpdateSubcode.InvalidNetworkField);
const badNlri = reset("nlri-syntax", "RFC 7606 §5.3", UpdateSubcode.InvalidNetworkField);

const noProblems: readonly Problem[] = [];

// Scratch of a synchronous loop that calls nothing foreign: nothing in it outlives one call of `decodeUpdate`.
const scanner = new AttributeScanner();

// Fields are declared, not defined: a definition would write each of them once more.
class DecodedUpdate implements UpdateMessage {
  readonly type: typeof MessageType.Update = MessageType.Update;
  declare readonly length: number;
  declare readonly outcome: Outcome;
  declare readonly problems: readonly Problem[];
  declare readonly notification: NotificationBody | null;
  declare readonly withdrawn: NlriView;
  declare readonly attributes: PathAttributes;
  declare readonly nlri: NlriView;
  declare readonly endOfRib: Family | -1;

  constructor(
    length: number,
    outcome: Outcome,
    problems: readonly Problem[],
    notification: NotificationBody | null,
    withdrawn: NlriView,
    attributes: PathAttributes,
    nlri: NlriView,
    endOfRib: Family | -1,
  ) {
    this.length = length;
    this.outcome = outcome;
    this.problems = problems;
    this.notification = notification;
    this.withdrawn = withdrawn;
    this.attributes = attributes;
    this.nlri = nlri;
    this.endOfRib = endOfRib;
  }

  retain(): UpdateMessage {
    return new DecodedUpdate(
      this.length,
      this.outcome,
      this.problems,
      this.notification,
      this.withdrawn.retain(),
      this.attributes.retain(),
      this.nlri.retain(),
      this.endOfRib,
    );
  }
}

const noAttributes = new PathAttributes(new Uint8Array(0), 0, 0, defaultCodecContext, 0, 0);
keepShape(new DecodedUpdate(0, Outcome.Ok, noProblems, null, emptyNlri, noAttributes, emptyNlri, -1));

/**
 * Validates the whole UPDATE `bytes[start, end)`, header included, and materialises nothing. Errors are in the result
 * (RFC 7606); after a session reset the fields that could not be read are empty. Never throws.
 */
export function decodeUpdate(bytes: Uint8Array, start: number, end: number, ctx: CodecContext): UpdateMessage {
  const withdrawnStart = start + headerLength + 2;
  const withdrawnEnd = withdrawnStart + ((bytes[withdrawnStart - 2]! << 8) | bytes[withdrawnStart - 1]!);
  const attributesStart = withdrawnEnd + 2;
  // RFC 4271 §6.3: "if Withdrawn Routes Length + Total Attribute Length + 23 exceeds the message Length"
  const lengthsFit = attributesStart <= end;
  const attributesLength = lengthsFit ? (bytes[withdrawnEnd]! << 8) | bytes[withdrawnEnd + 1]! : 0;
  if (!lengthsFit || attributesStart + attributesLength > end) return unreadable(bytes, start, end, ctx);

  const nlriStart = attributesStart + attributesLength;
  const attributes = scanner.scan(bytes, attributesStart, nlriStart, ctx, nlriStart < end);
  const addPath = carriesPathIds(ctx.addPathReceive, Family.Ipv4Unicast);
  const withdrawn = classicNlri(bytes, withdrawnStart, withdrawnEnd, addPath);
  const nlri = classicNlri(bytes, nlriStart, end, addPath);
  if (withdrawn === null) scanner.fault(badWithdrawn, 0, bytes, start, end);
  if (nlri === null) scanner.fault(badNlri, 0, bytes, start, end);

  const reachable = nlriStart < end || hasReachableMp(attributes);
  if (reachable) scanner.requireMandatory(bytes);
  const { faults } = scanner;
  if (faults === null) {
    const nothingElse = withdrawnStart === withdrawnEnd && nlriStart === end;
    const endOfRib = nothingElse ? endOfRibFamily(attributes) : -1;
    return new DecodedUpdate(
      end - start,
      Outcome.Ok,
      noProblems,
      null,
      withdrawn ?? emptyNlri,
      attributes,
      nlri ?? emptyNlri,
      endOfRib,
    );
  }
  scanner.faults = null;
  if (!reachable && faults.outcome > Outcome.AttributeDiscard && faults.outcome < Outcome.SessionReset)
    faults.escalate();
  const { outcome, problems, notification } = faults;
  return new DecodedUpdate(
    end - start,
    outcome,
    problems,
    notification,
    withdrawn ?? emptyNlri,
    attributes,
    nlri ?? emptyNlri,
    -1,
  );
}

/** The lengths leave no way to tell the fields apart. */
function unreadable(bytes: Uint8Array, start: number, end: number, ctx: CodecContext): UpdateMessage {
  const { rule, rfc, outcome, subcode } = badLengths;
  return new DecodedUpdate(
    end - start,
    outcome,
    [{ attribute: 0, rule, rfc, outcome }],
    { code: NotificationCode.UpdateMessageError, subcode, data: new Uint8Array(0) },
    emptyNlri,
    new PathAttributes(bytes, end, end, ctx, 0, 0),
    emptyNlri,
    -1,
  );
}

/** A view of one of the two IPv4 unicast fields; null when it is syntactically incorrect. */
function classicNlri(bytes: Uint8Array, start: number, end: number, addPath: boolean): NlriView | null {
  if (start === end) return emptyNlri;
  if (!ipv4Unicast.isValid(bytes, start, end, addPath, false)) return null;
  return new NlriView(Family.Ipv4Unicast, addPath, bytes, start, end);
}

function hasReachableMp(attributes: PathAttributes): boolean {
  const start = attributes.valueStart(AttributeCode.MpReachNlri);
  if (start < 0) return false;
  const nlriStart = start + 5 + attributes.bytes[start + 3]!;
  return nlriStart < attributes.valueEnd(AttributeCode.MpReachNlri);
}

/** RFC 4724 §2: no attribute at all, or only MP_UNREACH_NLRI without NLRI. The UPDATE has no other content. */
function endOfRibFamily(attributes: PathAttributes): Family | -1 {
  if (attributes.start === attributes.end) return Family.Ipv4Unicast;
  const start = attributes.valueStart(AttributeCode.MpUnreachNlri);
  const alone = start >= 0 && start - attributes.start <= 4 && start + 3 === attributes.end;
  return alone ? familyAt(attributes.bytes, start) : -1;
}

/** Appends an End-of-RIB marker (RFC 4724 §2). */
export function encodeEndOfRib(w: Writer, family: Family, ctx: CodecContext): void {
  checkRange("endOfRib", family, 0, 0xff_ffff);
  const start = beginMessage(w, MessageType.Update);
  w.u16(0);
  const attributesLength = w.length;
  w.u16(0);
  if (family !== Family.Ipv4Unicast) {
    const header = beginAttribute(w, AttributeKind.OptionalNonTransitive, AttributeCode.MpUnreachNlri);
    w.u16(afiOf(family));
    w.u8(safiOf(family));
    endAttribute(w, header);
    w.patchU16(attributesLength, w.length - attributesLength - 2);
  }
  endMessage(w, start, ctx.maxMessageLength);
}
