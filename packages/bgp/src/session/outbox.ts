import { Writer } from "../bytes/writer.ts";
import { type CodecContext, defaultCodecContext } from "../codec/context.ts";
import { encodeMessage } from "../codec/encode.ts";
import { MessageType, type OutgoingMessage, type RouteBatch } from "../codec/message.ts";
import { encodeRoutes } from "../codec/routes.ts";
import { Counters } from "./counters.ts";
import type { MessageCounters } from "./events.ts";
import { Output } from "./output.ts";

/** Enough for the usual OPEN. */
const firstScratchOctets = 64;

/** Most sessions never send anything else; it says the same in every context. */
const keepalive: Uint8Array = /* @__PURE__ */ encoded({ type: MessageType.Keepalive });

/** A scratch buffer that grew beyond this for one large batch is not kept. */
const maxScratchOctets = 1_048_576;

/** Encodes messages, counts them, and keeps them until they are taken. Throws `BgpEncodeError` as the encoders do. */
export class Outbox {
  readonly #output: Output = new Output();
  readonly #counters: Counters = new Counters();
  /** Null before the first routes. */
  #writer: Writer | null = null;
  #context: CodecContext = defaultCodecContext;
  /** What was appended last stays behind this mark until `release`; null: nothing is held back. */
  #mark: number | null = null;
  /** Octets taken since the connection began, and what TCP had of them when that last changed. */
  #taken = 0;
  #accepted = 0;
  #waiting = false;

  /** Octets that `take` would give. */
  get length(): number {
    return this.#mark ?? this.#output.length;
  }

  /** For a new connection: nothing to send, nothing negotiated. */
  reset(): void {
    this.#context = defaultCodecContext;
    this.#mark = null;
    this.#taken = 0;
    this.#accepted = 0;
    this.#waiting = false;
    this.#output.truncate(0);
  }

  /** From here on messages follow what was negotiated. */
  use(context: CodecContext): void {
    this.#context = context;
  }

  /** Holds everything back that is sent from here on. */
  hold(): void {
    this.#mark = this.#output.length;
  }

  /** Lets go what was held back. */
  release(): void {
    this.#mark = null;
  }

  /** Forgets what was held back, and holds no longer. */
  discardHeld(): void {
    if (this.#mark !== null) this.#output.truncate(this.#mark);
    this.#mark = null;
  }

  send(message: OutgoingMessage): void {
    const octets = message.type === MessageType.Keepalive ? keepalive : encoded(message, this.#context);
    this.#output.append(octets, 0, octets.length);
    this.#counters.count(message.type, octets.length);
  }

  /** Packed into as few UPDATEs as fit; when it throws, nothing of the batch is sent. */
  sendRoutes(batch: RouteBatch): void {
    this.#writer ??= new Writer(firstScratchOctets);
    const writer = this.#writer;
    writer.reset();
    const lengths: number[] = [];
    const before = this.#output.length;
    try {
      encodeRoutes(writer, batch, this.#context, (end) => {
        lengths.push(end);
        this.#output.append(writer.bytes, 0, end);
      });
    } catch (error) {
      // An encoder that throws half way must not have sent half of the batch.
      this.#output.truncate(before);
      throw error;
    }
    for (const length of lengths) this.#counters.count(MessageType.Update, length);
    if (writer.bytes.length > maxScratchOctets) this.#writer = null;
  }

  /** What may be sent now, or null. Owned by the caller. */
  take(): Uint8Array | null {
    const taken = this.#output.take(this.length);
    if (this.#mark !== null) this.#mark = 0;
    this.#taken += taken?.length ?? 0;
    return taken;
  }

  /** TCP has not taken everything yet, as far as `unsent` was told. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** `octets` of what was taken are not with TCP yet; true when TCP has taken some since the last call, or these began to wait. */
  unsent(octets: number): boolean {
    const accepted = this.#taken - octets;
    const waiting = octets > 0;
    if (waiting === this.#waiting && accepted <= this.#accepted) return false;
    this.#accepted = accepted;
    this.#waiting = waiting;
    return true;
  }

  counters(): MessageCounters {
    return this.#counters.snapshot();
  }
}

function encoded(message: OutgoingMessage, context: CodecContext = defaultCodecContext): Uint8Array {
  const writer = new Writer(firstScratchOctets);
  encodeMessage(writer, message, context);
  return writer.bytes.subarray(0, writer.length);
}
