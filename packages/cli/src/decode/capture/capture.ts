import type { SessionOptions } from "../context.ts";
import { type Finding, type FormatReader, fault, warning } from "../finding.ts";
import { Connection } from "./connection.ts";
import { type TcpSegment, tcpSegment } from "./network.ts";
import { type PacketOrFault, type PacketReader, u32 } from "./packet.ts";
import { PcapFile } from "./pcap-file.ts";
import { PcapngFile } from "./pcapng-file.ts";
import type { HeldOctets, Stamp } from "./tcp-direction.ts";

const bgpPort = 179;
/** More sessions than this at the same time, and the one that was silent longest is forgotten. */
const maxConnections = 1024;

/** A packet capture: the BGP sessions in it, each put together from its TCP segments. */
export class CaptureReader implements FormatReader {
  done = false;
  readonly #options: SessionOptions;
  readonly #connections = new Map<string, Connection>();
  readonly #unreadLinkTypes = new Map<number, number>();
  readonly #held: HeldOctets = { total: 0 };
  #fragments = 0;
  #file: PacketReader | null = null;
  // The first octets, until they are enough to tell the file format.
  #head = new Uint8Array(0);
  #last: Stamp | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  *push(chunk: Uint8Array): Iterable<Finding> {
    if (this.done) return;
    let octets = chunk;
    if (this.#file === null) {
      octets = new Uint8Array(this.#head.length + chunk.length);
      octets.set(this.#head);
      octets.set(chunk, this.#head.length);
      this.#head = octets.slice(0, 4);
      if (octets.length < 4) return;
      this.#file = u32(octets, 0) === 0x0a0d0d0a ? new PcapngFile() : new PcapFile();
    }
    for (const packet of this.#file.push(octets)) yield* this.#packet(packet);
  }

  *end(): Iterable<Finding> {
    if (this.#last !== null) for (const connection of this.#connections.values()) yield* connection.end(this.#last);
    this.#connections.clear();
    for (const [linkType, packets] of this.#unreadLinkTypes)
      yield fault(`Link type ${linkType} is not understood; packets that were not read: ${packets}.`);
    if (this.#fragments > 0)
      yield warning(
        `IP fragments are not put together, and what was in them is missing; how many there were: ${this.#fragments}.`,
      );
    const wrong = this.#file === null ? "It is too short for a packet capture." : this.#file.end();
    if (wrong !== null && !this.done) yield fault(wrong);
  }

  *#packet(packet: PacketOrFault): Iterable<Finding> {
    if ("fault" in packet) {
      this.done = true;
      yield fault(packet.fault);
      return;
    }
    const segment = tcpSegment(packet);
    if (segment === "fragment") this.#fragments++;
    if (segment === "link-type") {
      const { linkType } = packet;
      this.#unreadLinkTypes.set(linkType, (this.#unreadLinkTypes.get(linkType) ?? 0) + 1);
    }
    if (typeof segment === "string") return;
    const key = connectionKey(segment);
    let connection = this.#connections.get(key);
    if (connection === undefined) {
      if (!mayBeBgp(segment)) return;
      connection = new Connection(segment, this.#options, this.#held);
    } else {
      this.#connections.delete(key);
    }
    this.#connections.set(key, connection);
    this.#last = { frame: packet.frame, time: packet.time, seconds: packet.seconds };
    yield* connection.segment(segment, packet);
    if (this.#connections.size > maxConnections) yield* this.#forgetOldest(packet);
  }

  *#forgetOldest(stamp: Stamp): Iterable<Finding> {
    for (const [key, connection] of this.#connections) {
      this.#connections.delete(key);
      yield* connection.end(stamp);
      return;
    }
  }
}

/** The same for both directions. */
function connectionKey({ source, sourcePort, destination, destinationPort }: TcpSegment): string {
  const from = `${source} ${sourcePort}`;
  const to = `${destination} ${destinationPort}`;
  return from < to ? `${from} ${to}` : `${to} ${from}`;
}

/** The port says so, or the data begins with the header of a message: sessions on other ports are found when they open. */
function mayBeBgp({ sourcePort, destinationPort, bytes, start, end }: TcpSegment): boolean {
  if (sourcePort === bgpPort || destinationPort === bgpPort) return true;
  if (end - start < 19) return false;
  for (let at = start; at < start + 16; at++) if (bytes[at] !== 0xff) return false;
  return bytes[start + 18]! >= 1 && bytes[start + 18]! <= 5;
}
