import { ByteQueue } from "../formats/byte-queue.ts";
import { isoTime } from "../time.ts";
import { maxPacketLength, type PacketOrFault, type PacketReader, u32 } from "./packet.ts";

const fileHeaderLength = 24;
const recordHeaderLength = 16;

/** The file's byte order, and nanoseconds in its unit of time, by the magic number as it stands in the file. */
const magics: ReadonlyMap<number, { readonly littleEndian: boolean; readonly unit: 1 | 1000 }> = new Map([
  [0xa1b2c3d4, { littleEndian: false, unit: 1000 }],
  [0xd4c3b2a1, { littleEndian: true, unit: 1000 }],
  [0xa1b23c4d, { littleEndian: false, unit: 1 }],
  [0x4d3cb2a1, { littleEndian: true, unit: 1 }],
]);

/** The classic format of libpcap, in microseconds or nanoseconds and either byte order. */
export class PcapFile implements PacketReader {
  readonly #queue = new ByteQueue();
  #header: { littleEndian: boolean; unit: 1 | 1000; linkType: number } | null = null;
  #frame = 0;
  #failed = false;

  *push(chunk: Uint8Array): Iterable<PacketOrFault> {
    if (this.#failed) return;
    this.#queue.push(chunk);
    yield* this.#packets();
    this.#queue.settle();
  }

  *#packets(): Iterable<PacketOrFault> {
    const queue = this.#queue;
    if (this.#header === null) {
      if (queue.length < fileHeaderLength) return;
      const magic = magics.get(u32(queue.bytes, queue.start));
      if (magic === undefined) {
        this.#failed = true;
        yield { fault: "It is neither a pcap nor a pcapng file." };
        return;
      }
      // The upper bits of the link type's field say how many octets of frame check sequence there are; IP says where it ends itself.
      this.#header = { ...magic, linkType: u32(queue.bytes, queue.start + 20, magic.littleEndian) & 0xffff };
      queue.skip(fileHeaderLength);
    }
    const { littleEndian, unit, linkType } = this.#header;
    while (queue.length >= recordHeaderLength) {
      const { bytes, start: header, offset } = queue;
      const length = u32(bytes, header + 8, littleEndian);
      if (length > maxPacketLength) {
        this.#failed = true;
        yield { fault: `The packet at offset ${offset} claims ${length} octets; nothing after it can be read.` };
        return;
      }
      if (queue.length < recordHeaderLength + length) return;
      const whole = u32(bytes, header, littleEndian);
      const nanoseconds = (u32(bytes, header + 4, littleEndian) * unit) % 1e9;
      const start = header + recordHeaderLength;
      const time = isoTime(whole, nanoseconds);
      const seconds = whole + nanoseconds / 1e9;
      this.#frame++;
      yield { frame: this.#frame, time, seconds, linkType, bytes, start, end: start + length };
      queue.skip(recordHeaderLength + length);
    }
  }

  end(): string | null {
    const { offset, length } = this.#queue;
    if (this.#failed || (length === 0 && this.#header !== null)) return null;
    if (this.#header === null) return "It is too short for a packet capture.";
    return `It ends inside the packet at offset ${offset}, of which ${length} octets are there.`;
  }
}
