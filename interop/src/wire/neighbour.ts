/** A neighbour with nothing of a speaker in it: one connection, from an address of its own, that says what it is told to and counts what it hears. */
import { createConnection, type Socket } from "node:net";
import { defaultCodecContext, encodeMessage, Family, Framer, MessageType, Writer } from "@vipcast/bgp";

/** Before a connection that was refused, or ended before it was up, is tried again: the router may not listen yet. */
const againAfterMs = 300;

export interface NeighbourOptions {
  /** The router. */
  readonly host: string;
  readonly port: number;
  /** The neighbour's own address. */
  readonly source: string;
  /** A dotted quad; default `source`. */
  readonly routerId?: string;
  readonly asn: number;
  /** Seconds; 0 sends no KEEPALIVEs. */
  readonly holdTime: number;
}

export interface NeighbourEvents {
  /** The router has confirmed the session with its KEEPALIVE. */
  up(socket: Socket): void;
  /** An UPDATE of so many octets. */
  update?(octets: number): void;
  notification?(code: number, subcode: number): void;
  /** The session, once up, has ended. It is not opened again. */
  lost?(): void;
}

/** Octets of one message. */
export function encoded(message: Parameters<typeof encodeMessage>[1]): Uint8Array {
  const writer = new Writer();
  encodeMessage(writer, message, defaultCodecContext);
  return writer.slice();
}

/** An unsigned 32-bit integer of a dotted quad. */
function addressNumber(text: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** The address `index` behind `text`. */
export function addressAfter(text: string, index: number): string {
  const value = addressNumber(text) + index;
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");
}

const keepalive = encoded({ type: MessageType.Keepalive });

/** Connects until the session is up once, and keeps it. */
export function connectNeighbour(options: NeighbourOptions, events: NeighbourEvents): void {
  const { host, port, source, routerId = source, asn, holdTime } = options;
  const socket = createConnection({ host, port, localAddress: source });
  const framer = new Framer();
  let isUp = false;
  let timer: NodeJS.Timeout | null = null;
  socket.setNoDelay(true);
  socket.on("connect", () => {
    const capabilities = [
      { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
      { code: 2, name: "route-refresh" },
      { code: 65, name: "four-octet-as", asn },
    ] as const;
    socket.write(
      encoded({
        type: MessageType.Open,
        asn,
        holdTime,
        routerId: addressNumber(routerId),
        capabilities: [...capabilities],
      }),
    );
  });
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    framer.push(chunk);
    while (framer.next()) {
      const { bytes, start, end } = framer;
      switch (bytes[start + 18]) {
        case MessageType.Open:
          socket.write(keepalive);
          break;
        case MessageType.Notification:
          events.notification?.(bytes[start + 19] ?? 0, bytes[start + 20] ?? 0);
          break;
        case MessageType.Update:
          events.update?.(end - start);
          break;
        case MessageType.Keepalive:
          if (isUp) break;
          isUp = true;
          if (holdTime > 0) timer = setInterval(() => socket.write(keepalive), (holdTime * 1000) / 3);
          events.up(socket);
          break;
      }
    }
  });
  socket.on("close", () => {
    if (timer !== null) clearInterval(timer);
    if (isUp) events.lost?.();
    else setTimeout(() => connectNeighbour(options, events), againAfterMs);
  });
}
