import { equalBytes, toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import { SegmentType } from "../../src/codec/attributes/values.ts";
import type { CodecContext } from "../../src/codec/context.ts";
import { BgpEncodeError } from "../../src/codec/encode-error.ts";
import { Framer } from "../../src/codec/framer.ts";
import { toJSON } from "../../src/codec/json.ts";
import {
  decodeMessage,
  encodeMessage,
  type MalformedMessage,
  type Message,
  MessageType,
  type UpdateMessage,
} from "../../src/codec/message.ts";
import type { NlriView } from "../../src/codec/nlri/view.ts";
import { Outcome } from "../../src/codec/outcome.ts";
import { canBeSent, reencode } from "../codec/reencode.ts";
import { contextOf } from "./input.ts";

/** A promise of the codec that an input breaks; anything else that is thrown is one as well. */
export class Broken extends Error {
  readonly promise: string;

  constructor(promise: string, detail: string) {
    super(`${promise}: ${detail}`);
    this.name = "Broken";
    this.promise = promise;
  }
}

/**
 * Runs one input through framer, decoder and encoder, and looks whether every promise holds. Returns what can be seen of it from
 * outside, in short texts: which rules it broke, which attributes and families were in it, how many of what.
 */
export function execute(input: Uint8Array): readonly string[] {
  const context = contextOf(input[0] ?? 0);
  const octets = input.slice(1);
  const messages = frame([octets], context);
  const cut = [octets.slice(0, octets.length >> 1), octets.slice(octets.length >> 1)];
  expectSame("chunks make no difference", frame(cut, context).join(" "), messages.join(" "));
  // Whatever the header says, the decoder has to take the octets.
  const message = decodeMessage(octets, 0, octets.length, context);
  return [`messages ${bucket(messages.length)}`, ...checkMessage(message, octets, context)];
}

/** What the framer gives: each message in hexadecimal, then the error. */
function frame(chunks: readonly Uint8Array[], context: CodecContext): string[] {
  const framer = new Framer(context.maxMessageLength);
  const events: string[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    while (framer.next()) events.push(toHex(framer.bytes, framer.start, framer.end));
  }
  if (framer.error !== null) events.push(JSON.stringify(toJSON(framer.error)));
  return events;
}

function checkMessage(message: Message | MalformedMessage, octets: Uint8Array, context: CodecContext): string[] {
  const shown = JSON.stringify(toJSON(message));
  const elsewhere = new Uint8Array(octets.length + 8).fill(0xa5);
  elsewhere.set(octets, 5);
  const moved = decodeMessage(elsewhere, 5, 5 + octets.length, context);
  expectSame("where the octets lie makes no difference", JSON.stringify(toJSON(moved)), shown);
  const sent = checkEncoding(message, context);
  if (message.type === MessageType.Malformed) return message.problems.map(({ rule }) => `malformed ${rule}`);
  if (message.type === MessageType.Update) {
    return [...checkUpdate(message, shown), `update ${sent}`, `update ${checkForwarding(message, context)}`];
  }
  if (message.type === MessageType.Open) {
    const names = message.capabilities.map(({ code, name }) => (name === "unknown" ? `capability ${code}` : name));
    return [...names, `capabilities ${bucket(names.length)}`, `open ${sent}`];
  }
  return [`message ${message.type}`];
}

/** 0, 1, 2, 3 to 4, 5 to 8, …: how many, roughly. */
function bucket(count: number): number {
  return Math.ceil(Math.log2(count + 1));
}

/** Encoding what was decoded and decoding it again gives the same, and then the same octets for ever. */
function checkEncoding(message: Message | MalformedMessage, context: CodecContext): string {
  if (!canBeSent(message) || losesConfederations(message, context)) return "not sent";
  const roomy = { ...context, maxMessageLength: 65535 };
  let again: Uint8Array;
  try {
    again = reencode(message, roomy);
  } catch (error) {
    // Our own form may need more octets than a message has: two-octet lengths where the peer's had one, for example.
    if (error instanceof BgpEncodeError && error.code === "message-too-long") return "too long";
    throw error;
  }
  const decoded = decodeMessage(again, 0, again.length, roomy);
  expectSame("what is encoded decodes to the same", meaning(decoded), meaning(message));
  if (!canBeSent(decoded)) throw new Broken("what is encoded can be encoded again", toHex(again));
  if (!equalBytes(reencode(decoded, roomy), again))
    throw new Broken("encoding twice gives the same octets", toHex(again));
  return "sent";
}

/** An UPDATE whose routes count can be written again as it is, for a peer with AS numbers of either width, and means the same there. */
function checkForwarding(message: UpdateMessage, context: CodecContext): string {
  if (message.outcome > Outcome.AttributeDiscard) return "not forwarded";
  for (const fourOctetAs of [context.fourOctetAs, !context.fourOctetAs]) {
    const towards = { ...context, fourOctetAs, maxMessageLength: 65535 };
    if (losesConfederations(message, towards)) continue;
    const w = new Writer();
    try {
      encodeMessage(w, message, towards);
    } catch (error) {
      if (error instanceof BgpEncodeError && error.code === "message-too-long") return "too long";
      // All that was in it has been dropped.
      if (error instanceof BgpEncodeError && error.code === "missing-field" && message.problems.length > 0)
        return "empty";
      throw error;
    }
    const first = w.slice();
    const again = decodeMessage(first, 0, first.length, towards);
    expectSame("what is forwarded means the same", routesOf(again), routesOf(message));
    if (again.type !== MessageType.Update || again.outcome !== Outcome.Ok) {
      throw new Broken("what is forwarded is without fault", JSON.stringify(toJSON(again)));
    }
    w.reset();
    encodeMessage(w, again, towards);
    if (!equalBytes(w.slice(), first)) throw new Broken("forwarding twice gives the same octets", toHex(first));
  }
  return "forwarded";
}

/** What an UPDATE says of routes, without what was wrong with it. */
function routesOf(message: Message | MalformedMessage): string {
  const { outcome: _, problems: __, ...rest } = JSON.parse(meaning(message)) as Record<string, unknown>;
  return JSON.stringify(rest);
}

/** RFC 6793 §3: AS4_PATH has no confederation segments, so that of those behind another segment nothing is left. */
function losesConfederations(message: Message, { fourOctetAs }: CodecContext): boolean {
  if (fourOctetAs || message.type !== MessageType.Update) return false;
  const path = message.attributes.materialise().asPath ?? [];
  const counted = path.findIndex(({ type }) => type === SegmentType.Sequence || type === SegmentType.Set);
  return counted >= 0 && path.slice(counted).some(({ type }) => type >= SegmentType.ConfedSequence);
}

/**
 * What a message says, but for how long it was, for AS4 attributes, which are folded into those they complete, for the order of
 * unknown attributes, and for the bits of flags that RFC 4271 §4.3 says to ignore.
 */
function meaning(message: Message | MalformedMessage): string {
  return JSON.stringify(toJSON(message), (key, value: unknown) => {
    if (key === "length" || key === "as4Path" || key === "as4Aggregator") return undefined;
    if (key === "unknown" && Array.isArray(value)) return value.toSorted((a, b) => a.code - b.code);
    return key === "flags" && typeof value === "number" ? value & 0xe0 : value;
  });
}

function checkUpdate(message: UpdateMessage, shown: string): string[] {
  const { outcome, problems, notification, attributes } = message;
  if ((notification !== null) !== (outcome === Outcome.SessionReset))
    throw new Broken("a session reset has a NOTIFICATION", shown);
  const strongest = problems.reduce<number>((most, problem) => Math.max(most, problem.outcome), Outcome.Ok);
  if (outcome !== strongest) throw new Broken("the strongest outcome wins", shown);
  const kept = message.retain();
  expectSame("what is retained says the same", JSON.stringify(toJSON(kept)), shown);
  const views = [message.withdrawn, message.nlri, attributes.mpReach?.nlri, attributes.mpUnreach?.nlri];
  for (const view of views) if (view !== undefined) checkView(view);
  const codes: number[] = [];
  attributes.forEach((code, _flags, bytes, start, end) => {
    if (start < 0 || end > bytes.length || start > end) throw new Broken("attributes lie inside the octets", shown);
    codes.push(code);
  });
  if (new Set(codes).size !== codes.length) throw new Broken("an attribute is seen once", codes.join());
  const family = attributes.mpReach?.family;
  if (!equalBytes(attributes.rawBytes(family), kept.attributes.rawBytes(family))) {
    throw new Broken("canonical octets outlive the buffer", shown);
  }
  const families = [attributes.mpReach, attributes.mpUnreach].map((reach) =>
    reach === null ? "" : reach.nlri.opaque ? "opaque" : reach.family,
  );
  const rules = new Set(problems.map(({ attribute, rule }) => `${attribute}:${rule}`));
  return [
    ...rules,
    ...codes.map((code) => `attribute ${code}`),
    `outcome ${outcome}`,
    `rules ${bucket(rules.size)}`,
    `attributes ${bucket(codes.length)}`,
    `nlri ${views.map((view) => bucket(view?.count ?? 0))}`,
    `families ${families}`,
  ];
}

function checkView(view: NlriView): void {
  let visited = 0;
  view.forEach((bytes, offset, lengthBits) => {
    visited++;
    if (offset + ((lengthBits + 7) >> 3) > bytes.length) throw new Broken("NLRI lie inside the octets", `${offset}`);
  });
  if (visited !== view.count) throw new Broken("count says how many NLRI there are", `${visited} and ${view.count}`);
}

function expectSame(promise: string, actual: string, expected: string): void {
  if (actual !== expected) throw new Broken(promise, `${actual} instead of ${expected}`);
}
