import { NotificationCode, UpdateSubcode } from "../iana/notification-codes.ts";
import type { AttributeFault } from "./attributes/spec.ts";
import { type NotificationBody, Outcome, type Problem } from "./outcome.ts";

/**
 * The rules an UPDATE broke. Made at the first fault, so that a clean message costs nothing. The strongest outcome wins
 * (RFC 7606 §3 h), and the first problem with it says what a NOTIFICATION would carry.
 */
export class FaultLog {
  readonly problems: Problem[] = [];
  outcome: Outcome = Outcome.Ok;
  private strongestSubcode = 0;
  private strongestAttribute = 0;
  private strongestData: Uint8Array = new Uint8Array(0);

  /** @param data octets of the attribute at fault, header included, that the NOTIFICATION would carry. */
  add(fault: AttributeFault, attribute: number, bytes: Uint8Array, start: number, end: number): void {
    this.problems.push({ attribute, rule: fault.rule, rfc: fault.rfc, outcome: fault.outcome });
    if (fault.outcome <= this.outcome) return;
    this.outcome = fault.outcome;
    this.strongestSubcode = fault.subcode;
    this.strongestAttribute = attribute;
    this.strongestData = carriesAttribute(fault.subcode) ? bytes.slice(start, end) : new Uint8Array(0);
  }

  /**
   * RFC 7606 §5.2: with attributes but nothing reachable, "we cannot be confident that the NLRI have been successfully parsed",
   * so that any error stronger than attribute discard becomes a session reset. It keeps its own subcode.
   */
  escalate(): void {
    this.outcome = Outcome.SessionReset;
    this.problems.push({
      attribute: this.strongestAttribute,
      rule: "no-reachable-nlri",
      rfc: "RFC 7606 §5.2",
      outcome: Outcome.SessionReset,
    });
  }

  get notification(): NotificationBody | null {
    if (this.outcome !== Outcome.SessionReset) return null;
    return { code: NotificationCode.UpdateMessageError, subcode: this.strongestSubcode, data: this.strongestData };
  }
}

/** RFC 4271 §6.3: for these "the Data field MUST contain" the attribute: type, length and value. */
function carriesAttribute(subcode: number): boolean {
  switch (subcode) {
    case UpdateSubcode.UnrecognizedWellKnownAttribute:
    case UpdateSubcode.AttributeFlagsError:
    case UpdateSubcode.AttributeLengthError:
    case UpdateSubcode.InvalidOriginAttribute:
    case UpdateSubcode.InvalidNextHopAttribute:
    case UpdateSubcode.OptionalAttributeError:
      return true;
    default:
      return false;
  }
}
