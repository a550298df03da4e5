import { ByteQueue } from "../formats/byte-queue.ts";
import { isoTime } from "../time.ts";
import { maxPacketLength, type PacketOrFault, type PacketReader, u16, u32 } from "./packet.ts";

/** https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html#section-11.1 */
const BlockType = { Section: 0x0a0d0d0a, Interface: 1, Packet: 2, SimplePacket: 3, EnhancedPacket: 6 } as const;
const byteOrderMagic = 0x1a2b3c4d;
/** The smallest block: type, length, length again. */
const minBlockLength = 12;
/** More interfaces than a machine has are no capture, and would have to be remembered. */
const maxInterfaces = 1 << 16;
const resolutionOption = 9;
const offsetOption = 14;

interface CaptureInterface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Units of time in a second, a power of 10 or 2. */
  readonly unitsPerSecond: bigint;
  /** Seconds to add to every time stamp. */
  readonly offset: bigint;
}

/** The pcapng format: blocks of sections that each have a byte order and interfaces of their own. */
export class PcapngFile implements PacketReader {
  readonly #queue = new ByteQueue();
  #littleEndian = false;
  #interfaces: CaptureInterface[] = [];
  #frame = 0;
  #failed = false;
  // Octets of a block to pass over that have not come yet.
  #toSkip = 0;

  *push(chunk: Uint8Array): Iterable<PacketOrFault> {
    if (this.#failed) return;
    this.#queue.push(chunk);
    yield* this.#packets();
    this.#queue.settle();
  }

  *#packets(): Iterable<PacketOrFault> {
    const queue = this.#queue;
    for (;;) {
      const skipped = Math.min(this.#toSkip, queue.length);
      this.#toSkip -= skipped;
      queue.skip(skipped);
      if (queue.length < minBlockLength) return;
      const fault = this.#beginSection();
      const length = u32(queue.bytes, queue.start + 4, this.#littleEndian);
      const type = u32(queue.bytes, queue.start, this.#littleEndian);
      if (fault !== null || length < minBlockLength || length % 4 !== 0) {
        this.#failed = true;
        yield {
          fault: `The block at offset ${queue.offset} ${fault ?? `claims ${length} octets`}; nothing after it can be read.`,
        };
        return;
      }
      if (!isOfUse(type)) {
        this.#toSkip = length;
        continue;
      }
      if (length > maxPacketLength + 4096) {
        this.#failed = true;
        yield { fault: `The block at offset ${queue.offset} claims ${length} octets; nothing after it can be read.` };
        return;
      }
      if (queue.length < length) return;
      yield* this.#block(type, queue.bytes, queue.start, queue.start + length, queue.offset);
      if (this.#failed) return;
      queue.skip(length);
    }
  }

  end(): string | null {
    const { offset, length } = this.#queue;
    if (this.#failed || (length === 0 && this.#toSkip === 0)) return null;
    return `It ends inside the block ${this.#toSkip > 0 ? `that goes on at offset ${offset}` : `at offset ${offset}`}.`;
  }

  /** A section header says in which byte order its own length stands. Returns what is wrong with it, or null. */
  #beginSection(): string | null {
    const { bytes, start } = this.#queue;
    // The type reads the same in both byte orders.
    if (u32(bytes, start) !== BlockType.Section) return null;
    this.#littleEndian = u32(bytes, start + 8, true) === byteOrderMagic;
    if (!this.#littleEndian && u32(bytes, start + 8) !== byteOrderMagic) return "is a section without a byte order";
    return null;
  }

  *#block(type: number, bytes: Uint8Array, start: number, end: number, offset: number): Iterable<PacketOrFault> {
    const little = this.#littleEndian;
    if (u32(bytes, end - 4, little) !== end - start) {
      this.#failed = true;
      yield { fault: `The block at offset ${offset} has two lengths that differ; nothing after it can be read.` };
      return;
    }
    const body = start + 8;
    const bodyEnd = end - 4;
    if (type === BlockType.Section) {
      this.#interfaces = [];
    } else if (type === BlockType.Interface) {
      if (bodyEnd - body >= 8) this.#interfaces.push(readInterface(bytes, body, bodyEnd, little));
      if (this.#interfaces.length > maxInterfaces) {
        this.#failed = true;
        yield {
          fault: `The interface at offset ${offset} is one more than is believed; nothing after it can be read.`,
        };
      }
    } else {
      yield* this.#packet(type, bytes, body, bodyEnd, offset);
    }
  }

  *#packet(type: number, bytes: Uint8Array, body: number, bodyEnd: number, offset: number): Iterable<PacketOrFault> {
    const little = this.#littleEndian;
    const simple = type === BlockType.SimplePacket;
    const start = body + (simple ? 4 : 20);
    this.#frame++;
    const number = simple || start > bodyEnd ? 0 : interfaceNumber(type, bytes, body, little);
    const source = this.#interfaces[number];
    if (start > bodyEnd || source === undefined) {
      this.#failed = true;
      yield {
        fault: `The packet at offset ${offset} names no interface of its section; nothing after it can be read.`,
      };
      return;
    }
    // A simple packet has no length of its own but the original one, and no time.
    const claimed = simple
      ? Math.min(u32(bytes, body, little), source.snapLength === 0 ? bodyEnd - start : source.snapLength)
      : u32(bytes, body + 12, little);
    const end = Math.min(bodyEnd, start + claimed);
    const units = simple ? 0n : (BigInt(u32(bytes, body + 4, little)) << 32n) | BigInt(u32(bytes, body + 8, little));
    const { linkType, unitsPerSecond, offset: shift } = source;
    const whole = Number(units / unitsPerSecond + shift);
    const nanoseconds = Number(((units % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond);
    const time = isoTime(whole, nanoseconds);
    yield { frame: this.#frame, time, seconds: whole + nanoseconds / 1e9, linkType, bytes, start, end };
  }
}

function isOfUse(type: number): boolean {
  return Object.values<number>(BlockType).includes(type);
}

/** The obsolete packet block has two octets for it. */
function interfaceNumber(type: number, bytes: Uint8Array, body: number, little: boolean): number {
  return type === BlockType.Packet ? u16(bytes, body, little) : u32(bytes, body, little);
}

function readInterface(bytes: Uint8Array, body: number, end: number, little: boolean): CaptureInterface {
  let unitsPerSecond = 1_000_000n;
  let offset = 0n;
  for (let at = body + 8; at + 4 <= end; ) {
    const code = u16(bytes, at, little);
    const length = u16(bytes, at + 2, little);
    const value = at + 4;
    if (code === 0 || value + length > end) break;
    if (code === resolutionOption && length >= 1) unitsPerSecond = resolution(bytes[value]!);
    if (code === offsetOption && length >= 8) {
      const first = BigInt(u32(bytes, value, little));
      const second = BigInt(u32(bytes, value + 4, little));
      offset = BigInt.asIntN(64, little ? (second << 32n) | first : (first << 32n) | second);
    }
    at = value + ((length + 3) & ~3);
  }
  return { linkType: u16(bytes, body, little), snapLength: u32(bytes, body + 4, little), unitsPerSecond, offset };
}

/** A negative power of 10, or of 2 when the highest bit is set. */
function resolution(value: number): bigint {
  const exponent = BigInt(value & 0x7f);
  return (value & 0x80) === 0 ? 10n ** exponent : 1n << exponent;
}
