import { readU16, readU32 } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import { NotificationCode, OpenSubcode } from "../iana/notification-codes.ts";
import { asTrans } from "./attributes/as-path-segments.ts";
import type { Capability } from "./capabilities/spec.ts";
import { capabilitySpec } from "./capabilities/table.ts";
import { asEncodeError, BgpEncodeError, checkList, checkOctets, checkRange } from "./encode-error.ts";
import { beginMessage, endMessage, headerLength, malformedMessage, maxClassicMessageLength } from "./header.ts";
import type { CapabilityParameters, MalformedMessage, OpenMessage, OutgoingOpen } from "./message-types.ts";
import { MessageType } from "./message-types.ts";

const bgpVersion = 4;
/** RFC 5492 §4. */
const capabilitiesParameter = 2;
/** RFC 9072 §2: as the first parameter's type it announces the extended format. */
const extendedFormat = 255;

/** RFC 4271 §4.2. Checks what makes an OPEN unreadable; whether its values are acceptable is the FSM's to say (§6.2). */
export function decodeOpen(bytes: Uint8Array, start: number, end: number): OpenMessage | MalformedMessage {
  const at = start + headerLength;
  const version = bytes[at]!;
  if (version !== bgpVersion) {
    // The data is "a 2-octet unsigned integer" with the largest version we have, or the smallest if the peer bid less.
    return malformed("open-version", "RFC 4271 §6.2", OpenSubcode.UnsupportedVersionNumber, [0, bgpVersion]);
  }
  const capabilities: Capability[] = [];
  const capabilityParameters = decodeParameters(bytes, at + 9, end, capabilities);
  if (typeof capabilityParameters === "object") return capabilityParameters;
  const myAutonomousSystem = readU16(bytes, at + 1);
  const fourOctet = capabilities.find((capability) => capability.name === "four-octet-as");
  return {
    type: MessageType.Open,
    version,
    asn: fourOctet?.name === "four-octet-as" ? fourOctet.asn : myAutonomousSystem,
    myAutonomousSystem,
    holdTime: readU16(bytes, at + 3),
    routerId: readU32(bytes, at + 5),
    capabilities,
    capabilityParameters,
  };
}

/** `at` is the Optional Parameters Length octet. Appends to `into`; returns how the capabilities were packed, or the error. */
function decodeParameters(
  bytes: Uint8Array,
  at: number,
  end: number,
  into: Capability[],
): CapabilityParameters | MalformedMessage {
  const length = bytes[at]!;
  // RFC 9072 §2: the type octet decides; the one-octet length is then ignored, as long as it is not zero.
  const extended = length !== 0 && at + 1 < end && bytes[at + 1] === extendedFormat;
  if (extended && at + 4 > end) return unspecific("open-parameters-length", "RFC 9072 §2");
  const start = extended ? at + 4 : at + 1;
  const stated = extended ? readU16(bytes, at + 2) : length;
  if (start + stated !== end) return unspecific("open-parameters-length", extended ? "RFC 9072 §2" : "RFC 4271 §6.2");
  const headerSize = extended ? 3 : 2;
  let parameters = 0;
  let oneEach = true;
  for (let next = start; next < end; ) {
    if (end - next < headerSize) return unspecific("open-parameter-truncated", "RFC 4271 §6.2");
    const type = bytes[next]!;
    const valueStart = next + headerSize;
    next = valueStart + (extended ? readU16(bytes, next + 1) : bytes[next + 1]!);
    if (next > end) return unspecific("open-parameter-overrun", "RFC 4271 §6.2");
    if (type !== capabilitiesParameter) {
      return malformed("open-parameter-type", "RFC 4271 §6.2", OpenSubcode.UnsupportedOptionalParameter, []);
    }
    const before = into.length;
    const fault = decodeCapabilities(bytes, valueStart, next, into);
    if (fault !== null) return fault;
    parameters++;
    oneEach &&= into.length === before + 1;
  }
  return parameters > 1 && oneEach ? "separate" : "shared";
}

/** RFC 5492 §4: a run of code, length, value. */
function decodeCapabilities(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Capability[],
): MalformedMessage | null {
  for (let at = start; at < end; ) {
    if (end - at < 2) return unspecific("capability-truncated", "RFC 4271 §6.2");
    const code = bytes[at]!;
    const valueStart = at + 2;
    at = valueStart + bytes[at + 1]!;
    if (at > end) return unspecific("capability-overrun", "RFC 4271 §6.2");
    const known = capabilitySpec(code)?.decode(bytes, valueStart, at) ?? null;
    // A value that its own RFC does not allow is not understood, and such capabilities are ignored (RFC 5492 §3): kept as
    // octets, negotiated by nobody. The parameter around it is whole, so RFC 4271 §6.2 has no reason to refuse the OPEN.
    into.push(known ?? { code, name: "unknown", value: bytes.slice(valueStart, at) });
  }
  return null;
}

/** "If one of the Optional Parameters [...] is recognized, but is malformed, then the Error Subcode MUST be set to 0 (Unspecific)." */
function unspecific(rule: string, rfc: string): MalformedMessage {
  return malformed(rule, rfc, OpenSubcode.Unspecific, []);
}

function malformed(rule: string, rfc: string, subcode: number, data: number[]): MalformedMessage {
  const body = { code: NotificationCode.OpenMessageError, subcode, data: Uint8Array.from(data) };
  return malformedMessage(MessageType.Open, rule, rfc, body);
}

/**
 * Appends an OPEN. All capabilities share one parameter, as RFC 5492 §4 prefers, unless each is to have its own; the format of RFC 9072
 * is used only when they need more than the 255 octets of the classic one.
 */
export function encodeOpen(w: Writer, open: OutgoingOpen): void {
  const { asn, holdTime, routerId } = open;
  checkRange("asn", asn, 1, 0xffff_ffff);
  checkRange("holdTime", holdTime, 0, 0xffff);
  // RFC 4271 §4.2: "The Hold Time MUST be either zero or at least three seconds."
  if (holdTime === 1 || holdTime === 2)
    throw new BgpEncodeError("value-range", "holdTime", `${holdTime} is neither 0 nor at least 3`);
  // RFC 6286 §2.1: "a 4-octet, unsigned, non-zero integer".
  checkRange("routerId", routerId, 1, 0xffff_ffff);
  checkList("capabilities", open.capabilities);
  const start = beginMessage(w, MessageType.Open);
  w.u8(bgpVersion);
  w.u16(asn > 0xffff ? asTrans : asn);
  w.u16(holdTime);
  w.u32(routerId);
  const lengthAt = w.length;
  w.u8(0);
  encodeParameters(w, open, false);
  const length = w.length - lengthAt - 1;
  if (length <= 0xff) {
    w.patchU8(lengthAt, length);
  } else {
    // RFC 9072 §2: `255, 255, length (2)`, and two octets for the length of each parameter.
    w.length = lengthAt;
    w.u8(extendedFormat);
    w.u8(extendedFormat);
    w.u16(0);
    encodeParameters(w, open, true);
    w.patchU16(lengthAt + 2, w.length - lengthAt - 4);
  }
  endMessage(w, start, maxClassicMessageLength);
}

function encodeParameters(w: Writer, { capabilities, capabilityParameters }: OutgoingOpen, extended: boolean): void {
  if (capabilityParameters === "separate") {
    for (const capability of capabilities) encodeParameter(w, [capability], extended);
  } else if (capabilities.length > 0) {
    encodeParameter(w, capabilities, extended);
  }
}

function encodeParameter(w: Writer, capabilities: readonly Capability[], extended: boolean): void {
  w.u8(capabilitiesParameter);
  const lengthAt = w.length;
  if (extended) w.u16(0);
  else w.u8(0);
  for (const capability of capabilities) {
    try {
      encodeCapability(w, capability);
    } catch (error) {
      throw asEncodeError(error, "capabilities");
    }
  }
  // A length that the classic format has no room for is never seen: the whole is then written in the other one.
  if (extended) w.patchU16(lengthAt, w.length - lengthAt - 2);
  else w.patchU8(lengthAt, w.length - lengthAt - 1);
}

function encodeCapability(w: Writer, capability: Capability): void {
  checkRange("capabilities.code", capability.code, 0, 255);
  w.u8(capability.code);
  const lengthAt = w.length;
  w.u8(0);
  if (capability.name === "unknown") {
    checkOctets("capabilities.value", capability.value);
    w.copy(capability.value);
  } else {
    const spec = capabilitySpec(capability.code);
    if (spec?.name !== capability.name) {
      throw new BgpEncodeError("value-range", "capabilities.code", `${capability.code} is not ${capability.name}`);
    }
    spec.encode(w, capability);
  }
  const length = w.length - lengthAt - 1;
  if (length > 0xff)
    throw new BgpEncodeError(
      "value-length",
      "capabilities",
      `${capability.name} needs ${length} octets, 255 are allowed`,
    );
  w.patchU8(lengthAt, length);
}
