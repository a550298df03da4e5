/** A scripted peer of one session: what it says as octets, what it hears as text. */
import { toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import { Origin, SegmentType } from "../../src/codec/attributes/values.ts";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { decodeMessage } from "../../src/codec/decode.ts";
import { encodeMessage } from "../../src/codec/encode.ts";
import { Framer } from "../../src/codec/framer.ts";
import { MessageType, type OutgoingMessage, type OutgoingOpen } from "../../src/codec/message.ts";
import { parsePrefix } from "../../src/codec/nlri/prefix.ts";
import { encodeRoutes } from "../../src/codec/routes.ts";
import type { PeerConfigOptions } from "../../src/fsm/config.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { Session, type SessionOptions } from "../../src/session/session.ts";
import { sampleConfig } from "../fsm/samples.ts";

export function octets(...messages: OutgoingMessage[]): Uint8Array {
  const writer = new Writer();
  for (const message of messages) encodeMessage(writer, message, defaultCodecContext);
  return writer.slice();
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export const keepalive: Uint8Array = octets({ type: MessageType.Keepalive });

export function peerOpen(changes: Partial<OutgoingOpen> = {}): Uint8Array {
  const asn = changes.asn ?? 65000;
  return octets({
    type: MessageType.Open,
    asn,
    holdTime: 90,
    routerId: 0x0a000002,
    capabilities: [
      { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
      { code: 2, name: "route-refresh" },
      { code: 65, name: "four-octet-as", asn },
    ],
    ...changes,
  });
}

export function peerNotification(code: number, subcode: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return octets({ type: MessageType.Notification, code, subcode, data });
}

/** A message with this type octet and body; `length` overrides the length field. */
export function raw(type: number, body: readonly number[] = [], length: number = 19 + body.length): Uint8Array {
  return Uint8Array.from([...new Array<number>(16).fill(0xff), length >> 8, length & 0xff, type, ...body]);
}

/** What the session wants sent, one string per message: its name, and what matters in it. */
export function heard(session: { takeOutput(): Uint8Array | null }): string[] {
  const output = session.takeOutput();
  if (output === null) return [];
  const framer = new Framer(65535);
  framer.push(output);
  const messages: string[] = [];
  while (framer.next()) {
    const message = decodeMessage(framer.bytes, framer.start, framer.end, defaultCodecContext);
    switch (message.type) {
      case MessageType.Open:
        messages.push(`OPEN ${message.asn} ${message.holdTime}`);
        break;
      case MessageType.Notification:
        messages.push(`NOTIFICATION ${message.code}/${message.subcode} ${toHex(message.data)}`.trim());
        break;
      case MessageType.Update:
        messages.push("UPDATE");
        break;
      case MessageType.Keepalive:
        messages.push("KEEPALIVE");
        break;
      case MessageType.RouteRefresh:
        messages.push(`ROUTE-REFRESH ${message.family} ${message.subtype}`);
        break;
      case MessageType.Malformed:
        messages.push("malformed");
    }
  }
  if (framer.error !== null) messages.push("unframed");
  return messages;
}

/** Event kinds, with the new state and the reason of a fault. */
export function kinds(events: readonly SessionEvent[]): string[] {
  return events.map((event) => {
    if (event.kind === "state") return `state ${event.to}`;
    return event.kind === "down" ? `down ${event.reason}` : event.kind;
  });
}

export function newSession(
  options: Partial<PeerConfigOptions> = {},
  more: Partial<Omit<SessionOptions, "config">> = {},
): Session {
  return new Session({ config: sampleConfig(options), random: () => 0.5, ...more });
}

/** A session in OpenSent at time 0; its OPEN was taken. */
export function openSent(options: Partial<PeerConfigOptions> = {}): Session {
  const session = newSession(options);
  session.start(0);
  session.connected(0);
  session.takeOutput();
  return session;
}

export function openConfirm(options: Partial<PeerConfigOptions> = {}, open: Uint8Array = peerOpen()): Session {
  const session = openSent(options);
  session.receive(open, 0);
  session.takeOutput();
  return session;
}

export function established(options: Partial<PeerConfigOptions> = {}, open: Uint8Array = peerOpen()): Session {
  const session = openConfirm(options, open);
  session.receive(keepalive, 0);
  if (session.state !== "Established") throw new Error(`still in ${session.state}`);
  return session;
}

/** UPDATEs that announce these prefixes, or withdraw them. */
export function routes(
  texts: readonly string[],
  announce = true,
  context: CodecContext = defaultCodecContext,
): Uint8Array {
  const nlri = texts.map((text) => {
    const [prefix = text, pathId] = text.split(" path ");
    const parsed = parsePrefix(prefix);
    if (parsed === undefined) throw new TypeError(`not a prefix: ${text}`);
    return pathId === undefined ? parsed : { ...parsed, pathId: Number(pathId) };
  });
  const family = nlri[0]?.family ?? Family.Ipv4Unicast;
  const nextHop =
    family === Family.Ipv4Unicast ? Uint8Array.of(10, 0, 0, 2) : Uint8Array.of(32, 1, ...new Array(14).fill(1));
  const attributes = announce
    ? { origin: Origin.Igp, asPath: [{ type: SegmentType.Sequence, asns: [65000] }], nextHop }
    : null;
  const writer = new Writer();
  const parts: Uint8Array[] = [];
  encodeRoutes(writer, { family, nlri, attributes }, context, (end) => parts.push(writer.bytes.slice(0, end)));
  return concat(...parts);
}
