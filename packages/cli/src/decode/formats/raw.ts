import type { CodecContext } from "@vipcast/bgp";
import { type Finding, type FormatReader, fault } from "../finding.ts";
import { type Cut, MessageCutter } from "./message-cutter.ts";

/** A byte stream of messages, as it goes over a session in one direction. */
export class RawReader implements FormatReader {
  readonly done = false;
  readonly #cutter: MessageCutter;

  constructor(context: CodecContext) {
    this.#cutter = new MessageCutter(context);
  }

  *push(chunk: Uint8Array): Iterable<Finding> {
    this.#cutter.push(chunk);
    yield* this.#cuts();
  }

  *end(): Iterable<Finding> {
    this.#cutter.end();
    yield* this.#cuts();
  }

  *#cuts(): Iterable<Finding> {
    for (let cut = this.#cutter.next(); cut !== null; cut = this.#cutter.next()) yield finding(cut);
  }
}

function finding(cut: Cut): Finding {
  switch (cut.kind) {
    case "message":
      return { kind: "message", place: { offset: cut.offset }, message: cut.message };
    case "lost":
      return fault(`Octets ${cut.from} to ${cut.to - 1} belong to no message.`);
    case "truncated":
      return fault(
        `The input ends inside the message at offset ${cut.offset}: ${cut.have} of ${cut.wanted} octets are there.`,
      );
    default:
      return cut satisfies never;
  }
}
