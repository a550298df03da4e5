import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { Writer } from "../../../src/bytes/writer.ts";
import type { AttributeValues } from "../../../src/codec/attributes/values.ts";
import { type CodecContext, defaultCodecContext } from "../../../src/codec/context.ts";
import { decodeMessage, encodeRoutes, MessageType, type UpdateMessage } from "../../../src/codec/message.ts";
import { Outcome } from "../../../src/codec/outcome.ts";
import { Family } from "../../../src/iana/afi-safi.ts";

export const external: CodecContext = defaultCodecContext;
export const internal: CodecContext = { ...defaultCodecContext, internal: true };
export const twoOctet: CodecContext = { ...defaultCodecContext, fourOctetAs: false };

/** ORIGIN, AS_PATH and NEXT_HOP as they should be, by attribute code, to be left out or replaced. */
const usual: ReadonlyMap<number, string> = new Map([
  [1, "40010100"],
  [2, "400200"],
  [3, "400304c0000201"],
]);

export interface Fields {
  /** Attributes in hexadecimal, header included, put behind the usual ones. */
  readonly add?: string;
  /** Codes of usual attributes left out. */
  readonly without?: readonly number[];
  readonly withdrawn?: string;
  readonly nlri?: string;
}

/** The octets of an UPDATE for 203.0.113.0/24 with the mandatory attributes and what `fields` changes. */
export function updateBytes({ add = "", without = [], withdrawn = "", nlri = "18cb0071" }: Fields): Uint8Array {
  const attributes = [...usual].filter(([code]) => !without.includes(code)).map(([, hex]) => hex);
  const parts = [withdrawn, attributes.join("") + add].map((hex) => fromHex(hex)!);
  const tail = fromHex(nlri)!;
  const body = parts.flatMap((part) => [part.length >> 8, part.length & 0xff, ...part]);
  const length = 19 + body.length + tail.length;
  return Uint8Array.of(...new Array<number>(16).fill(0xff), length >> 8, length & 0xff, 2, ...body, ...tail);
}

export function decodeUpdateBytes(bytes: Uint8Array, context: CodecContext): UpdateMessage {
  const message = decodeMessage(bytes, 0, bytes.length, context);
  if (message.type !== MessageType.Update) throw new Error(`type ${message.type}`);
  return message;
}

export function decodeWith(fields: Fields, context: CodecContext = external): UpdateMessage {
  return decodeUpdateBytes(updateBytes(fields), context);
}

/** `outcome rule, rule` of an UPDATE: short enough for a table of cases. */
export function verdict(fields: Fields, context: CodecContext = external): string {
  const { outcome, problems, notification } = decodeWith(fields, context);
  const name = Object.entries(Outcome).find(([, value]) => value === outcome)![0];
  const rules = problems.map(({ attribute, rule, rfc }) => `${attribute}:${rule} (${rfc})`);
  const sent =
    notification === null ? [] : [`${notification.code}/${notification.subcode} ${toHex(notification.data)}`];
  return [name, ...rules, ...sent].join(" ").trimEnd();
}

/** The attributes our encoder writes for a route with `values` beside the mandatory ones, without those, in hexadecimal. */
export function encodedAttributes(values: AttributeValues, context: CodecContext = internal): string {
  const w = new Writer();
  const attributes = { origin: 0 as const, asPath: [], nextHop: Uint8Array.of(192, 0, 2, 1), ...values };
  const nlri = [{ family: Family.Ipv4Unicast, lengthBits: 24, bytes: Uint8Array.of(203, 0, 113), pathId: -1 }];
  let hex = "";
  encodeRoutes(w, { family: Family.Ipv4Unicast, attributes, nlri }, context, (end) => {
    hex = toHex(w.bytes, 23, end - 4);
  });
  for (const [code, value] of usual)
    if (!(["", "origin", "asPath", "nextHop"][code]! in values)) hex = hex.replace(value, "");
  return hex;
}
