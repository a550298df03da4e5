import { type CodecContext, defaultCodecContext } from "../codec/context.ts";
import { decodeMessage } from "../codec/decode.ts";
import { Framer } from "../codec/framer.ts";
import { type MalformedMessage, type Message, MessageType } from "../codec/message.ts";
import type { FsmEvent } from "../fsm/event.ts";
import { CeaseSubcode, NotificationCode } from "../iana/notification-codes.ts";
import { Counters } from "./counters.ts";
import type { MessageCounters } from "./events.ts";

/** Input kept while a session is held at the OPEN, where a peer that keeps to the rules has next to nothing to say. */
export const maxHeldOctets = 65_536;

/** What happens to a peer that says more than that. */
export const heldTooLong: FsmEvent = {
  type: "AutomaticStop",
  notification: { code: NotificationCode.Cease, subcode: CeaseSubcode.OutOfResources, data: new Uint8Array(0) },
  reason: "refused",
  cause: `the peer sent more than ${maxHeldOctets} octets before our KEEPALIVE`,
  pauseMs: null,
};

/** Cuts what the peer sends into messages, decodes and counts them. */
export class Inbox {
  readonly #counters: Counters = new Counters();
  #framer: Framer = new Framer();
  #context: CodecContext = defaultCodecContext;
  /** While held: how much input waits; else null. */
  #heldOctets: number | null = null;

  /** For a new connection: nothing received, nothing negotiated. */
  reset(): void {
    this.#framer = new Framer();
    this.#context = defaultCodecContext;
    this.#heldOctets = null;
  }

  /** From here on messages follow what was negotiated. */
  use(context: CodecContext): void {
    this.#context = context;
    this.#framer.maxMessageLength = context.maxMessageLength;
  }

  /** Messages wait until `release`. */
  get held(): boolean {
    return this.#heldOctets !== null;
  }

  hold(): void {
    this.#heldOctets = 0;
  }

  release(): void {
    this.#heldOctets = null;
  }

  /** Octets of the peer, read from `chunk` until `next` gives null. False when more waits than {@link maxHeldOctets}. */
  push(chunk: Uint8Array): boolean {
    this.#framer.push(chunk);
    if (this.#heldOctets === null) return true;
    this.#heldOctets += chunk.length;
    return this.#heldOctets <= maxHeldOctets;
  }

  /** The next message; null when there is none yet, or while held, or after a fault in a header. */
  next(): Message | MalformedMessage | null {
    const framer = this.#framer;
    if (this.#heldOctets !== null || !framer.next()) return null;
    const message = decodeMessage(framer.bytes, framer.start, framer.end, this.#context);
    const type = message.type === MessageType.Malformed ? message.typeCode : message.type;
    this.#counters.count(type, framer.end - framer.start);
    return message;
  }

  /** The fault in a header after which nothing can be read any more (RFC 4271 §6.1); null while there is none, or while held. */
  get fault(): MalformedMessage | null {
    return this.#heldOctets === null ? this.#framer.error : null;
  }

  counters(): MessageCounters {
    return this.#counters.snapshot();
  }
}
