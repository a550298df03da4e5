import { formatAddress, formatRouterId } from "../../src/bytes/address.ts";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import type { Capability } from "../../src/codec/capabilities/spec.ts";
import { defaultCodecContext } from "../../src/codec/context.ts";
import {
  encodeMessage,
  type MalformedMessage,
  type Message,
  MessageType,
  type UpdateMessage,
} from "../../src/codec/message.ts";
import { formatPrefix } from "../../src/codec/nlri/prefix.ts";
import type { NlriView } from "../../src/codec/nlri/view.ts";
import { afiOf, safiOf } from "../../src/iana/afi-safi.ts";

/** What the checker read out of a message, in its own words; only the properties it could read are there. */
export type Info = Readonly<Record<string, unknown>>;

/** The same properties of `info` as our decoder reads them, for comparison. Null when the message has no such reading. */
export function meaning(message: Message | MalformedMessage, info: Info): Info | null {
  const read = readMessage(message);
  if (read === null) return null;
  return Object.fromEntries(
    Object.keys(info)
      .filter((key) => key in read)
      .map((key) => [key, read[key]]),
  );
}

/** `info` without what {@link meaning} does not read. */
export function comparable(message: Message | MalformedMessage, info: Info): Info {
  const read = readMessage(message) ?? {};
  const same = Object.fromEntries(Object.entries(info).filter(([key]) => key in read));
  if (Array.isArray(same.caps)) same.caps = same.caps.map(withoutReservedBits);
  return same;
}

/** RFC 4724 §3, RFC 4760 §8: reserved bits are ignored on receipt, and zero when we write them again. */
function withoutReservedBits([code, value]: readonly [number, string]): readonly [number, string] {
  const bytes = fromHex(value)!;
  if (code === 1 && bytes.length === 4) bytes[2] = 0;
  if (code !== 64) return [code, toHex(bytes)];
  bytes[0]! &= 0xcf;
  for (let flags = 5; flags < bytes.length; flags += 4) bytes[flags]! &= 0x80;
  return [code, toHex(bytes)];
}

function readMessage(message: Message | MalformedMessage): Info | null {
  switch (message.type) {
    case MessageType.Open:
      return {
        version: message.version,
        my_as: message.myAutonomousSystem,
        hold: message.holdTime,
        id: formatRouterId(message.routerId),
        caps: message.capabilities.map((capability) => [capability.code, capabilityValue(capability)]),
      };
    case MessageType.Notification:
      return { code: message.code, sub: message.subcode, data: toHex(message.data) };
    case MessageType.RouteRefresh:
      return { afi: afiOf(message.family), safi: safiOf(message.family), sub: message.subtype };
    case MessageType.Update:
      return readUpdate(message);
    case MessageType.Keepalive:
    case MessageType.Malformed:
      return null;
    default:
      return message satisfies never;
  }
}

function readUpdate(message: UpdateMessage): Info {
  const values = message.attributes.wireValues();
  const { mpReach, mpUnreach } = message.attributes;
  const read: Record<string, unknown> = { withdrawn: prefixes(message.withdrawn), nlri: prefixes(message.nlri) };
  if (values.origin !== undefined) read.origin = values.origin;
  if (values.asPath !== undefined) read.as_path = values.asPath.map(({ type, asns }) => [type, asns]);
  if (values.nextHop !== undefined) read.next_hop = formatAddress(values.nextHop);
  if (values.multiExitDisc !== undefined) read.med = values.multiExitDisc;
  if (values.localPref !== undefined) read.local_pref = values.localPref;
  if (mpReach !== null) {
    read.mp_reach = [[afiOf(mpReach.family), safiOf(mpReach.family), toHex(mpReach.nextHop)]];
    if (!mpReach.nlri.opaque) read.mp_nlri = prefixes(mpReach.nlri);
  }
  if (mpUnreach !== null) {
    read.mp_unreach = [[afiOf(mpUnreach.family), safiOf(mpUnreach.family)]];
    if (!mpUnreach.nlri.opaque) read.mp_withdrawn = prefixes(mpUnreach.nlri);
  }
  return read;
}

function prefixes(nlri: NlriView): string[] {
  return nlri.materialise().map((prefix) => {
    const text = formatPrefix(prefix);
    return prefix.pathId < 0 ? text : `${prefix.pathId}:${text}`;
  });
}

/** The octets of a capability's value, from an OPEN of ours that carries it alone. */
function capabilityValue(capability: Capability): string {
  const w = new Writer();
  const open = { type: MessageType.Open, asn: 1, holdTime: 0, routerId: 1, capabilities: [capability] } as const;
  encodeMessage(w, open, defaultCodecContext);
  const headerEnd = w.bytes[28] === 255 ? 19 + 10 + 3 + 3 + 2 : 19 + 10 + 2 + 2;
  return toHex(w.bytes, headerEnd, w.length);
}
