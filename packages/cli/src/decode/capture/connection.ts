import { type CodecContext, type Family, type Message, MessageType, type OpenMessage } from "@vipcast/bgp";
import { codecContext, type Learned, type SessionOptions } from "../context.ts";
import { type Finding, fault, type Place, warning } from "../finding.ts";
import { MessageCutter } from "../formats/message-cutter.ts";
import type { TcpSegment } from "./network.ts";
import { type HeldOctets, type Stamp, TcpDirection, type TcpEvent } from "./tcp-direction.ts";

/** One end of a connection, and what it sent. */
class Side {
  readonly address: string;
  readonly port: number;
  readonly cutter: MessageCutter;
  tcp: TcpDirection;
  open: OpenMessage | null = null;
  /** Why the cutter looks for the next header, while that is not a fault of the messages. */
  searching: "start" | "gap" | null = null;

  constructor(address: string, port: number, context: CodecContext, held: HeldOctets) {
    this.tcp = new TcpDirection(held);
    this.address = address;
    this.port = port;
    this.cutter = new MessageCutter(context);
  }
}

/** A BGP session in a capture: two TCP directions, and what the OPENs seen in them say about the messages after them. */
export class Connection {
  readonly #options: SessionOptions;
  readonly #held: HeldOctets;
  readonly #sides: readonly [Side, Side];

  constructor(first: TcpSegment, options: SessionOptions, held: HeldOctets) {
    this.#options = options;
    this.#held = held;
    const context = codecContext(options);
    this.#sides = [
      new Side(first.source, first.sourcePort, context, held),
      new Side(first.destination, first.destinationPort, context, held),
    ];
  }

  /** What a segment of this connection brings. */
  *segment(segment: TcpSegment, stamp: Stamp): Iterable<Finding> {
    const [first, second] = this.#sides;
    const forth = segment.source === first.address && segment.sourcePort === first.port;
    const from = forth ? first : second;
    const to = forth ? second : first;
    if (from.tcp.beginsAnew(segment)) yield* this.#restart(segment.ack ? [from] : [from, to], stamp);
    if (segment.ack) {
      for (const event of to.tcp.acknowledged(segment.acknowledgement, stamp.seconds))
        yield* this.#event(event, to, from, stamp);
    }
    const began = from.tcp.midStream;
    for (const event of from.tcp.segment(segment, stamp)) {
      if (from.tcp.midStream && !began && from.searching === null) {
        from.searching = "start";
        from.cutter.breakOff();
      }
      yield* this.#event(event, from, to, stamp);
    }
    if (segment.rst) yield* this.#finish([from, to], stamp);
  }

  /** The capture is over, or the connection is forgotten. `stamp` is of the last packet there was. */
  end(stamp: Stamp): Iterable<Finding> {
    return this.#finish(this.#sides, stamp);
  }

  *#finish(sides: readonly Side[], stamp: Stamp): Iterable<Finding> {
    for (const side of sides) {
      const other = this.#other(side);
      for (const event of side.tcp.giveUp()) yield* this.#event(event, side, other, stamp);
      yield* this.#event({ kind: "end" }, side, other, stamp);
    }
  }

  /** Another connection between the same ports. */
  *#restart(sides: readonly Side[], stamp: Stamp): Iterable<Finding> {
    yield* this.#finish(sides, stamp);
    for (const side of this.#sides) {
      side.open = null;
      side.cutter.context = codecContext(this.#options);
    }
    for (const side of sides) {
      side.tcp = new TcpDirection(this.#held);
      side.searching = null;
    }
  }

  *#event(event: TcpEvent, from: Side, to: Side, stamp: Stamp): Iterable<Finding> {
    switch (event.kind) {
      case "data":
        from.cutter.push(event.octets);
        yield* this.#messages(from, to, event.stamp);
        return;
      case "gap":
        from.cutter.breakOff();
        from.searching = "gap";
        yield warning(
          `Frame ${event.stamp.frame}: ${event.octets === 0 ? "an unknown number of" : event.octets} octets from ${ends(from, to)} are missing in the capture before it.`,
        );
        return;
      case "end":
        from.cutter.end();
        yield* this.#messages(from, to, stamp);
        from.cutter.reopen();
        return;
      default:
        event satisfies never;
    }
  }

  *#messages(from: Side, to: Side, stamp: Stamp): Iterable<Finding> {
    for (let cut = from.cutter.next(); cut !== null; cut = from.cutter.next()) {
      switch (cut.kind) {
        case "message":
          from.searching = null;
          if (cut.message.type === MessageType.Open) this.#learn(from, cut.message);
          yield { kind: "message", place: place(from, to, stamp), message: cut.message };
          break;
        case "lost": {
          const octets = cut.to - cut.from;
          if (from.searching === null) {
            yield fault(`Frame ${stamp.frame}: ${octets} octets from ${ends(from, to)} belong to no message.`);
          } else if (from.searching === "start") {
            yield warning(
              `Frame ${stamp.frame}: the capture begins inside a message from ${ends(from, to)}; its last ${octets} octets are passed over.`,
            );
          }
          from.searching = null;
          break;
        }
        case "truncated":
          yield warning(
            `Frame ${stamp.frame}: what came from ${ends(from, to)} ends inside a message, of which ${cut.have} of ${cut.wanted} octets are there.`,
          );
          break;
        default:
          cut satisfies never;
      }
    }
  }

  #learn(sender: Side, open: Extract<Message, { type: typeof MessageType.Open }>): void {
    sender.open = open;
    for (const side of this.#sides) {
      side.cutter.context = codecContext(this.#options, learnt(side.open, this.#other(side).open));
    }
  }

  #other(side: Side): Side {
    const [first, second] = this.#sides;
    return side === first ? second : first;
  }
}

/** What two OPENs, as far as they were seen, say about the messages from `sender` to `receiver`. */
function learnt(sender: OpenMessage | null, receiver: OpenMessage | null): Learned {
  const opens = [sender, receiver].filter((open) => open !== null);
  if (opens.length === 0) return {};
  const all = (name: string): boolean =>
    opens.every((open) => open.capabilities.some((capability) => capability.name === name));
  // RFC 6793 §4.1: between two speakers that both announced it. From one OPEN alone the better guess is that the other did too.
  const fourOctetAs = all("four-octet-as");
  if (sender === null || receiver === null) return { fourOctetAs };
  return {
    fourOctetAs,
    internal: sender.asn === receiver.asn,
    maxMessageLength: all("extended-message") ? 65535 : 4096,
    addPath: pathIdFamilies(sender, receiver),
  };
}

/** RFC 7911 §4: families that the one offered to send and the other to receive. */
function pathIdFamilies(sender: OpenMessage, receiver: OpenMessage): Family[] {
  const offers = (open: OpenMessage) =>
    open.capabilities.flatMap((capability) => (capability.name === "add-path" ? capability.families : []));
  const wanted = offers(receiver).filter((entry) => entry.receive);
  return offers(sender)
    .filter(({ family, send }) => send && wanted.some((entry) => entry.family === family))
    .map(({ family }) => family);
}

function ends(from: Side, to: Side): string {
  return `${endpoint(from)} to ${endpoint(to)}`;
}

function endpoint({ address, port }: Side): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function place(from: Side, to: Side, { frame, time }: Stamp): Place {
  return {
    frame,
    time,
    peer: from.address,
    peerPort: from.port,
    ...(from.open === null ? {} : { peerAs: from.open.asn }),
    local: to.address,
    localPort: to.port,
    ...(to.open === null ? {} : { localAs: to.open.asn }),
  };
}
