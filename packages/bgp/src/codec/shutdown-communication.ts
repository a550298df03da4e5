import { decodeUtf8, encodeUtf8Truncated } from "../bytes/utf8.ts";
import { CeaseSubcode, NotificationCode, notificationName } from "../iana/notification-codes.ts";
import type { NotificationBody } from "./outcome.ts";

/** The Data field of a Cease with Administrative Shutdown or Reset: one length octet and UTF-8, cut at 255 octets (RFC 9003 §2). */
export function encodeShutdownCommunication(text: string): Uint8Array {
  const utf8 = encodeUtf8Truncated(text, 255);
  const data = new Uint8Array(1 + utf8.length);
  data[0] = utf8.length;
  data.set(utf8, 1);
  return data;
}

/**
 * The peer's words in a Cease with Administrative Shutdown or Reset, also inside a Hard Reset (RFC 8538 §3.1), with control
 * characters replaced, and those that turn text around or break its line. Undefined when there are none, when the length is
 * wrong, or when they are not UTF-8 (RFC 9003 §2).
 */
export function shutdownCommunication(body: NotificationBody): string | undefined {
  const { code, subcode, data } = innermost(body);
  if (code !== NotificationCode.Cease) return undefined;
  if (subcode !== CeaseSubcode.AdministrativeShutdown && subcode !== CeaseSubcode.AdministrativeReset) return undefined;
  const length = data[0];
  if (length === undefined || length === 0 || length > data.length - 1) return undefined;
  // RFC 9003 §4: the text comes from outside and goes to logs and terminals.
  return decodeUtf8(data.slice(1, 1 + length))?.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
}

/** One sentence for people: the names of code and subcode, what a Hard Reset wraps, and the peer's own words if it sent any. */
export function describeNotification(body: NotificationBody): string {
  const inner = innermost(body);
  const names =
    inner === body
      ? notificationName(body.code, body.subcode)
      : `${notificationName(body.code, body.subcode)} (${notificationName(inner.code, inner.subcode)})`;
  const words = shutdownCommunication(body);
  return words === undefined ? names : `${names}: "${words}"`;
}

/** RFC 8538 §3.1: the data of a Hard Reset is the code, subcode and data of the NOTIFICATION that would have been sent. */
export function innermost(body: NotificationBody): NotificationBody {
  if (body.code !== NotificationCode.Cease || body.subcode !== CeaseSubcode.HardReset) return body;
  const [code, subcode] = body.data;
  if (code === undefined || subcode === undefined) return body;
  return { code, subcode, data: body.data.slice(2) };
}
