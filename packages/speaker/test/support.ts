import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import {
  type CodecContext,
  decodeMessage,
  defaultCodecContext,
  encodeMessage,
  Family,
  Framer,
  type MalformedMessage,
  type Message,
  MessageType,
  type NotificationBody,
  type OutgoingMessage,
  parseRouterId,
  Writer,
} from "@vipcast/bgp";
import { onTestFinished } from "vitest";
import type { Peer, PeerHandlers, PeerOptions, SpeakerOptions } from "../src/index.ts";
import { Speaker } from "../src/index.ts";

/** What the current test has opened and has to close, all at the same time: two ends may wait for each other. */
const open: { close(): Promise<unknown> | unknown }[] = [];

function closeLater(thing: { close(): Promise<unknown> | unknown }): void {
  if (open.length === 0)
    onTestFinished(() => Promise.all(open.splice(0).map((one) => one.close())).then(() => undefined));
  open.push(thing);
}

/** Has this called at the end of the current test. */
export function afterTest(close: () => Promise<unknown> | unknown): void {
  closeLater({ close });
}

/** Waits until `condition` holds; the error says what was awaited. */
export async function until(condition: () => boolean, what: string, timeoutMs = 8000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`timed out waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A speaker that the test's end closes. */
export function speaker(options: Partial<SpeakerOptions> = {}): Speaker {
  const made = new Speaker({ asn: 65001, routerId: "10.0.0.1", ...options });
  closeLater(made);
  return made;
}

export interface PairOptions {
  readonly a?: Partial<PeerOptions>;
  readonly b?: Partial<PeerOptions>;
  readonly speakerA?: Partial<SpeakerOptions>;
  readonly speakerB?: Partial<SpeakerOptions>;
  readonly handlersA?: PeerHandlers;
  readonly handlersB?: PeerHandlers;
  readonly hosts?: readonly [string, string];
}

export interface Pair {
  readonly a: Peer;
  readonly b: Peer;
  readonly speakerA: Speaker;
  readonly speakerB: Speaker;
}

/** A (AS 65001, dials) and B (AS 65000, passive), on loopback. The result is A's peer B and B's peer A. */
export async function pair(options: PairOptions = {}): Promise<Pair> {
  const [hostA, hostB] = options.hosts ?? ["127.0.0.1", "127.0.0.2"];
  const speakerA = speaker(options.speakerA);
  const speakerB = speaker({ asn: 65000, routerId: "10.0.0.2", ...options.speakerB });
  const { port } = await speakerB.listen({ host: hostB, port: 0 });
  const b = speakerB.addPeer({ address: hostA, asn: speakerA.asn, passive: true, ...options.b }, options.handlersB);
  const a = speakerA.addPeer(
    { address: hostB, asn: speakerB.asn, port, source: hostA, connectRetry: 1, ...options.a },
    options.handlersA,
  );
  return { a, b, speakerA, speakerB };
}

/** A {@link pair} with its session up. */
export async function established(options: PairOptions = {}): Promise<Pair> {
  const made = await pair(options);
  await up(made.a);
  await up(made.b);
  return made;
}

export function up(peer: Peer): Promise<void> {
  return until(() => peer.snapshot().state === "Established", `the session with ${peer.address} is established`);
}

export function down(peer: Peer): Promise<void> {
  return until(() => peer.snapshot().state !== "Established", `the session with ${peer.address} is down`);
}

/** A scripted peer that does exactly what the test says, on a plain socket. */
export class RawPeer {
  readonly socket: Socket;
  readonly messages: (Message | MalformedMessage)[] = [];
  ended = false;
  readonly #framer = new Framer();
  context: CodecContext = defaultCodecContext;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("end", () => {
      this.ended = true;
    });
    socket.on("close", () => {
      this.ended = true;
    });
    socket.on("error", () => undefined);
    closeLater({ close: () => socket.destroy() });
  }

  static async connect(port: number, host: string, localAddress: string): Promise<RawPeer> {
    const socket = createConnection({ port, host, localAddress });
    const peer = new RawPeer(socket);
    await once(socket, "connect");
    return peer;
  }

  send(message: OutgoingMessage): void {
    const writer = new Writer();
    encodeMessage(writer, message, this.context);
    this.socket.write(writer.slice());
  }

  open(asn: number, routerId: string, families: readonly Family[] = [Family.Ipv4Unicast], holdTime = 9): void {
    this.send({
      type: MessageType.Open,
      asn,
      holdTime,
      routerId: parseRouterId(routerId) ?? 0,
      capabilities: [
        ...families.map((family) => ({ code: 1, name: "multiprotocol", family }) as const),
        { code: 2, name: "route-refresh" },
        { code: 65, name: "four-octet-as", asn },
      ],
    });
  }

  keepalive(): void {
    this.send({ type: MessageType.Keepalive });
  }

  /** Brings a session up with the speaker at the other end. */
  async establish(asn: number, routerId: string): Promise<void> {
    this.open(asn, routerId);
    this.keepalive();
    await until(() => this.count(MessageType.Keepalive) > 0, "the speaker has sent its KEEPALIVE");
  }

  count(type: number): number {
    return this.messages.filter((message) => message.type === type).length;
  }

  get notification(): NotificationBody | undefined {
    return this.messages.find((message) => message.type === MessageType.Notification);
  }

  #read(chunk: Uint8Array): void {
    this.#framer.push(Uint8Array.from(chunk));
    while (this.#framer.next()) {
      const message = decodeMessage(this.#framer.bytes, this.#framer.start, this.#framer.end, this.context);
      this.messages.push(message.type === MessageType.Update ? message.retain() : message);
    }
  }
}

/** A plain listener for speakers that dial; `next()` gives the next connection. */
export async function rawListener(host: string): Promise<{ readonly port: number; next(): Promise<RawPeer> }> {
  const server: Server = createServer();
  const arrived: RawPeer[] = [];
  server.on("connection", (socket) => arrived.push(new RawPeer(socket)));
  server.listen(0, host);
  await once(server, "listening");
  closeLater({ close: () => new Promise((resolve) => server.close(resolve)) });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return {
    port: address.port,
    async next() {
      await until(() => arrived.length > 0, "the speaker dials");
      return arrived.shift() as RawPeer;
    },
  };
}
