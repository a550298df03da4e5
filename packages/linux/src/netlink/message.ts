/**
 * The netlink message format (linux/netlink.h): a 16-byte header, a fixed structure, attributes of
 * length-type-value, everything aligned to 4 bytes and in the byte order of the machine. Pure: bytes in, bytes out.
 */
import { LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import { NLM_F, NLMSGERR_ATTR } from "./constants.ts";

const HEADER_LENGTH = 16;

const NLA_TYPE_MASK = 0x3fff;
const NLA_NESTED = 0x8000;

const align = (length: number): number => (length + 3) & ~3;

/** One received message; `start` and `end` delimit its payload in `bytes`. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** The port of the requester whose change this reports; 0 for the kernel's own. */
  readonly port: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Calls `visit` for each whole message in `bytes`; stops at a length that does not fit. */
export function forEachMessage(bytes: Uint8Array, visit: (message: NetlinkMessage) => void): void {
  const view = viewOf(bytes);
  let offset = 0;
  while (offset + HEADER_LENGTH <= bytes.length) {
    const length = view.getUint32(offset, LITTLE_ENDIAN);
    if (length < HEADER_LENGTH || offset + length > bytes.length) return;
    visit({
      type: view.getUint16(offset + 4, LITTLE_ENDIAN),
      flags: view.getUint16(offset + 6, LITTLE_ENDIAN),
      sequence: view.getUint32(offset + 8, LITTLE_ENDIAN),
      port: view.getUint32(offset + 12, LITTLE_ENDIAN),
      bytes,
      start: offset + HEADER_LENGTH,
      end: offset + length,
    });
    offset += align(length);
  }
}

/** Calls `visit` with each attribute's type and value (a view, not a copy); stops at a length that does not fit. */
export function forEachAttribute(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (type: number, value: Uint8Array) => void,
): void {
  const view = viewOf(bytes);
  let offset = start;
  while (offset + 4 <= end) {
    const length = view.getUint16(offset, LITTLE_ENDIAN);
    if (length < 4 || offset + length > end) return;
    visit(view.getUint16(offset + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK, bytes.subarray(offset + 4, offset + length));
    offset += align(length);
  }
}

/** A 32-bit attribute value; 0 when it is too short to hold one. */
export function attributeUint32(value: Uint8Array): number {
  return value.length < 4 ? 0 : viewOf(value).getUint32(0, LITTLE_ENDIAN);
}

/** A text attribute without its terminating zero. */
export function attributeText(value: Uint8Array): string {
  const zero = value.indexOf(0);
  return new TextDecoder().decode(zero < 0 ? value : value.subarray(0, zero));
}

/** What the kernel answered: 0 for success, else a positive error number and its own words, "" when it gave none. */
export interface Acknowledgement {
  readonly errno: number;
  readonly text: string;
}

/** Decodes NLMSG_ERROR (also the answer to success) with its extended acknowledgement. */
export function decodeAcknowledgement(message: NetlinkMessage): Acknowledgement {
  const view = viewOf(message.bytes);
  if (message.end - message.start < 4) return { errno: 0, text: "" };
  const errno = Math.abs(view.getInt32(message.start, LITTLE_ENDIAN));
  const original = message.start + 4;
  if ((message.flags & NLM_F.ackTlvs) === 0 || original + HEADER_LENGTH > message.end) return { errno, text: "" };
  // The original message comes back whole on errors unless NETLINK_CAP_ACK cut it to its header.
  const capped = errno === 0 || (message.flags & NLM_F.capped) !== 0;
  const echoed = capped ? HEADER_LENGTH : align(view.getUint32(original, LITTLE_ENDIAN));
  return { errno, text: acknowledgementText(message.bytes, original + echoed, message.end) };
}

/** Decodes NLMSG_DONE, which ends a dump and may carry an error of its own. */
export function decodeDone(message: NetlinkMessage): Acknowledgement {
  if (message.end - message.start < 4) return { errno: 0, text: "" };
  const status = viewOf(message.bytes).getInt32(message.start, LITTLE_ENDIAN);
  const text =
    (message.flags & NLM_F.ackTlvs) === 0 ? "" : acknowledgementText(message.bytes, message.start + 4, message.end);
  return { errno: status < 0 ? -status : 0, text };
}

function acknowledgementText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  forEachAttribute(bytes, start, end, (type, value) => {
    switch (type) {
      case NLMSGERR_ATTR.message:
        text = attributeText(value);
        break;
      case NLMSGERR_ATTR.missingType:
        text ||= `attribute ${attributeUint32(value)} is missing`;
        break;
    }
  });
  return text;
}

/** Builds one message. The header's length is set by `finish`. */
export class MessageWriter {
  #bytes = new Uint8Array(256);
  #view = viewOf(this.#bytes);
  #length = HEADER_LENGTH;

  constructor(type: number, flags: number, sequence: number) {
    this.#view.setUint16(4, type, LITTLE_ENDIAN);
    this.#view.setUint16(6, flags, LITTLE_ENDIAN);
    this.#view.setUint32(8, sequence, LITTLE_ENDIAN);
  }

  #reserve(count: number): number {
    const offset = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = viewOf(larger);
    }
    return offset;
  }

  uint8(value: number): this {
    const offset = this.#reserve(1);
    this.#view.setUint8(offset, value);
    return this;
  }

  uint16(value: number): this {
    const offset = this.#reserve(2);
    this.#view.setUint16(offset, value, LITTLE_ENDIAN);
    return this;
  }

  uint32(value: number): this {
    const offset = this.#reserve(4);
    this.#view.setUint32(offset, value, LITTLE_ENDIAN);
    return this;
  }

  /** Appends an attribute and pads it to 4 bytes. */
  attribute(type: number, value: Uint8Array): this {
    this.uint16(value.length + 4).uint16(type);
    const offset = this.#reserve(align(value.length));
    this.#bytes.set(value, offset);
    return this;
  }

  attributeUint8(type: number, value: number): this {
    return this.attribute(type, Uint8Array.of(value));
  }

  attributeUint32(type: number, value: number): this {
    return this.uint16(8).uint16(type).uint32(value);
  }

  /** Appends text with a terminating zero. */
  attributeText(type: number, text: string): this {
    return this.attribute(type, new TextEncoder().encode(`${text}\0`));
  }

  /** Appends an attribute whose value `fill` writes; `nested` sets NLA_F_NESTED, which multipath must not carry. */
  container(type: number, fill: () => void, nested = true): this {
    return this.prefixed(() => {
      this.uint16(nested ? type | NLA_NESTED : type);
      fill();
    });
  }

  /** Appends a structure that starts with its own 16-bit length, padded to 4 bytes. */
  prefixed(fill: () => void): this {
    const start = this.#reserve(2);
    fill();
    this.#view.setUint16(start, this.#length - start, LITTLE_ENDIAN);
    this.#reserve(align(this.#length) - this.#length);
    return this;
  }

  /** The whole message; valid until the next write. */
  finish(): Uint8Array {
    this.#view.setUint32(0, this.#length, LITTLE_ENDIAN);
    return this.#bytes.subarray(0, this.#length);
  }
}
