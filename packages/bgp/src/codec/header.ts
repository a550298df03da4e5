import type { Writer } from "../bytes/writer.ts";
import { HeaderSubcode, NotificationCode } from "../iana/notification-codes.ts";
import { BgpEncodeError } from "./encode-error.ts";
import type { MalformedMessage } from "./message-types.ts";
import { MessageType } from "./message-types.ts";
import { Outcome, type Problem } from "./outcome.ts";

/** RFC 4271 §4.1: marker, length, type. */
export const headerLength = 19;
/** RFC 4271 §4.1. */
export const maxClassicMessageLength = 4096;
/** RFC 8654 §3. */
export const maxExtendedMessageLength = 65535;

/** What can be wrong with a header, in the order RFC 4271 §6.1 lists the checks. */
export const HeaderFault = { None: 0, Marker: 1, Length: 2, Type: 3 } as const;
export type HeaderFault = (typeof HeaderFault)[keyof typeof HeaderFault];

/** Shortest message of each type, by type code (RFC 4271 §6.1). What a short ROUTE-REFRESH means depends on its subtype (RFC 7313 §5). */
const minLength = [0, 29, 23, 21, 19, 19];

/** Checks the 19 octets at `start`, all of which must be there. Never looks past them. */
export function checkHeader(bytes: Uint8Array, start: number, maxMessageLength: number): HeaderFault {
  if (!isMarker(bytes, start)) return HeaderFault.Marker;
  const length = (bytes[start + 16]! << 8) | bytes[start + 17]!;
  if (length < headerLength || length > maxMessageLength) return HeaderFault.Length;
  const type = bytes[start + 18]!;
  if (type < MessageType.Open || type > MessageType.RouteRefresh) return HeaderFault.Type;
  if (length < minLength[type]!) return HeaderFault.Length;
  if (type === MessageType.Keepalive && length !== headerLength) return HeaderFault.Length;
  // RFC 8654 §3: the larger limit is for every message "except the OPEN and KEEPALIVE messages".
  if (type === MessageType.Open && length > maxClassicMessageLength) return HeaderFault.Length;
  return HeaderFault.None;
}

/** Sixteen octets of ones. Written out: this is asked twice for every message, and a loop costs as much as all other checks of a header. */
function isMarker(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at]! & bytes[at + 1]! & bytes[at + 2]! & bytes[at + 3]!;
  const second = bytes[at + 4]! & bytes[at + 5]! & bytes[at + 6]! & bytes[at + 7]!;
  const third = bytes[at + 8]! & bytes[at + 9]! & bytes[at + 10]! & bytes[at + 11]!;
  const fourth = bytes[at + 12]! & bytes[at + 13]! & bytes[at + 14]! & bytes[at + 15]!;
  return (first & second & third & fourth) === 0xff;
}

/** The error a faulty header means, with the Data field RFC 4271 §6.1 asks for. */
export function headerFaultMessage(
  bytes: Uint8Array,
  start: number,
  fault: Exclude<HeaderFault, typeof HeaderFault.None>,
): MalformedMessage {
  const typeCode = bytes[start + 18]!;
  switch (fault) {
    case HeaderFault.Marker:
      return malformed(typeCode, "header-marker", "RFC 4271 §6.1", HeaderSubcode.ConnectionNotSynchronized, []);
    case HeaderFault.Length:
      // "The Data field MUST contain the erroneous Length field."
      return malformed(typeCode, "header-length", "RFC 4271 §6.1", HeaderSubcode.BadMessageLength, [
        bytes[start + 16]!,
        bytes[start + 17]!,
      ]);
    case HeaderFault.Type:
      // "The Data field MUST contain the erroneous Type field."
      return malformed(typeCode, "header-type", "RFC 4271 §6.1", HeaderSubcode.BadMessageType, [typeCode]);
    default:
      return fault satisfies never;
  }
}

function malformed(typeCode: number, rule: string, rfc: string, subcode: number, data: number[]): MalformedMessage {
  const body = { code: NotificationCode.MessageHeaderError, subcode, data: Uint8Array.from(data) };
  return malformedMessage(typeCode, rule, rfc, body);
}

/** A message that costs the session, with one problem to say why. */
export function malformedMessage(
  typeCode: number,
  rule: string,
  rfc: string,
  notification: MalformedMessage["notification"],
): MalformedMessage {
  const problem: Problem = { attribute: 0, rule, rfc, outcome: Outcome.SessionReset };
  return {
    type: MessageType.Malformed,
    typeCode,
    outcome: Outcome.SessionReset,
    problems: [problem],
    notification,
  };
}

/** Appends a header whose length is set by {@link endMessage}; returns where the message starts. */
export function beginMessage(w: Writer, type: number): number {
  w.reserve(headerLength);
  const { view, length: start } = w;
  // RFC 4271 §4.1: the marker, sixteen octets of ones.
  view.setUint32(start, 0xffff_ffff);
  view.setUint32(start + 4, 0xffff_ffff);
  view.setUint32(start + 8, 0xffff_ffff);
  view.setUint32(start + 12, 0xffff_ffff);
  view.setUint16(start + 16, 0);
  view.setUint8(start + 18, type);
  w.length = start + headerLength;
  return start;
}

/** Sets the length of the message that starts at `start` and ends at the writer's position. */
export function endMessage(w: Writer, start: number, maxMessageLength: number): void {
  const length = w.length - start;
  if (length > maxMessageLength) {
    throw new BgpEncodeError("message-too-long", "message", `${length} octets where ${maxMessageLength} are allowed`);
  }
  w.patchU16(start + 16, length);
}
