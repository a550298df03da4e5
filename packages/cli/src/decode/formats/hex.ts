import { type CodecContext, decodeMessage, headerLength } from "@vipcast/bgp";
import { type Finding, type FormatReader, fault, maxRecordLength } from "../finding.ts";
import { ByteQueue } from "./byte-queue.ts";

const newline = 0x0a;

/**
 * Text with one or more whole messages a line, in hexadecimal; white space and colons between digits, blank lines and everything
 * after a `#` are skipped.
 */
export class HexReader implements FormatReader {
  readonly done = false;
  readonly #context: CodecContext;
  readonly #queue = new ByteQueue();
  // Octets of the queue that are known to hold no newline.
  #scanned = 0;
  #line = 1;
  #skipping = false;

  constructor(context: CodecContext) {
    this.#context = context;
  }

  *push(chunk: Uint8Array): Iterable<Finding> {
    const queue = this.#queue;
    queue.push(chunk);
    for (;;) {
      const end = queue.bytes.indexOf(newline, queue.start + this.#scanned);
      if (end < 0 || end >= queue.end) break;
      yield* this.#take(end);
      queue.skip(1);
      this.#line++;
      this.#skipping = false;
    }
    this.#scanned = queue.length;
    queue.settle();
    if (queue.length <= maxRecordLength && !this.#skipping) return;
    if (!this.#skipping) yield fault(`Line ${this.#line} is longer than ${maxRecordLength >> 20} MiB and is left out.`);
    this.#skipping = true;
    this.#scanned = 0;
    queue.skip(queue.length);
  }

  *end(): Iterable<Finding> {
    yield* this.#take(this.#queue.end);
  }

  *#take(end: number): Iterable<Finding> {
    const { bytes, start } = this.#queue;
    if (!this.#skipping) yield* this.#messages(bytes, start, end);
    this.#queue.skip(end - start);
    this.#scanned = 0;
  }

  *#messages(text: Uint8Array, start: number, end: number): Iterable<Finding> {
    const line = this.#line;
    const octets = hexOctets(text, start, end);
    if (typeof octets === "string") {
      yield fault(`Line ${line}${octets}`);
      return;
    }
    for (let at = 0; at < octets.length; ) {
      const next = messageEnd(octets, at);
      yield { kind: "message", place: { line }, message: decodeMessage(octets, at, next, this.#context) };
      at = next;
    }
  }
}

/**
 * Where the message at `at` ends: where its length field says when another marker or the end of the line is there, else at the end of
 * the line, for then its length is wrong or octets are missing, which is what decoding it will say.
 */
function messageEnd(octets: Uint8Array, at: number): number {
  const { length } = octets;
  if (length - at < headerLength) return length;
  const next = at + ((octets[at + 16]! << 8) | octets[at + 17]!);
  if (next < at + headerLength || next > length) return length;
  for (let i = next; i < Math.min(length, next + 16); i++) if (octets[i] !== 0xff) return length;
  return next;
}

/** The octets that `text[start, end)` spells, or how the sentence about the line goes on. */
function hexOctets(text: Uint8Array, start: number, end: number): Uint8Array | string {
  const octets = new Uint8Array((end - start) >> 1);
  let digits = 0;
  for (let at = start; at < end; at++) {
    const character = text[at]!;
    if (character === 0x23) break;
    if (character === 0x20 || character === 0x3a || (character >= 0x09 && character <= 0x0d)) continue;
    const digit = hexDigit(character);
    if (digit < 0) return `, column ${at - start + 1}: ${shownCharacter(character)} is no hexadecimal digit.`;
    if ((digits & 1) === 0) octets[digits >> 1] = digit << 4;
    else octets[digits >> 1]! |= digit;
    digits++;
  }
  if ((digits & 1) !== 0) return ` has ${digits} hexadecimal digits, and half an octet is no octet.`;
  return octets.subarray(0, digits >> 1);
}

/** The value of a hexadecimal digit in ASCII, or -1. */
function hexDigit(character: number): number {
  if (character >= 0x30 && character <= 0x39) return character - 0x30;
  const lower = character | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function shownCharacter(character: number): string {
  return character > 0x20 && character < 0x7f
    ? JSON.stringify(String.fromCharCode(character))
    : `the octet 0x${character.toString(16).padStart(2, "0")}`;
}
