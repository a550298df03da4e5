import type { TcpSegment } from "./network.ts";
import type { Packet } from "./packet.ts";

/** When something was complete: the packet that brought the last of it. */
export type Stamp = Pick<Packet, "frame" | "time" | "seconds">;

/** What came out of one direction of a connection, in order. Data may borrow the packet's octets. */
export type TcpEvent =
  | { readonly kind: "data"; readonly octets: Uint8Array; readonly stamp: Stamp }
  /** Octets that the capture does not hold, 0 when nobody knows how many; what follows is behind them. */
  | { readonly kind: "gap"; readonly octets: number; readonly stamp: Stamp }
  /** The sender has closed its direction, and everything before that came. */
  | { readonly kind: "end" };

interface Held {
  readonly sequence: number;
  readonly octets: Uint8Array;
  readonly stamp: Stamp;
}

const maxHeldOctets = 1 << 18;
/** All directions of a capture together. */
const maxHeldInAll = 1 << 25;
const maxHeldSegments = 1024;
/** How long a missing segment is waited for in the time of the capture: once the receiver has acknowledged it, and before. */
const patienceSeconds = { acknowledged: 1, open: 120 };
/** Farther back than this is no retransmission but another connection between the same ports. */
const maxWindow = 1 << 24;

/** What all directions of a capture hold, so that many of them stay within bounds as well. */
export interface HeldOctets {
  total: number;
}

/**
 * Puts the segments of one direction of a TCP connection in order by sequence number (RFC 9293 §3.4). The octets that came first count
 * where segments overlap. A segment that is missing is waited for, within bounds of time and memory, and then reported as a gap.
 */
export class TcpDirection {
  /** The first data seen was not the first sent. */
  midStream = false;
  #initial: number | null = null;
  #next: number | null = null;
  #finAt: number | null = null;
  #held: Held[] = [];
  readonly #all: HeldOctets;
  #heldOctets = 0;
  #heldSince = 0;
  #acknowledged: number | null = null;

  constructor(all: HeldOctets = { total: 0 }) {
    this.#all = all;
  }

  /** Whether a SYN with this sequence number begins another connection than the one seen so far. */
  beginsAnew(segment: TcpSegment): boolean {
    return segment.syn && this.#next !== null && this.#initial !== segment.sequence;
  }

  *segment(segment: TcpSegment, packet: Stamp): Iterable<TcpEvent> {
    const stamp = { frame: packet.frame, time: packet.time, seconds: packet.seconds };
    const { syn, fin, bytes, start, end } = segment;
    const length = end - start;
    let { sequence } = segment;
    if (syn) {
      if (this.#next === null) {
        this.#initial = sequence;
        this.#next = plus(sequence, 1);
      }
      sequence = plus(sequence, 1);
    }
    if (this.#next === null) {
      if (length === 0 && !fin) return;
      this.#next = sequence;
      this.midStream = true;
    }
    if (fin) this.#finAt = plus(sequence, length);
    if (length > 0) yield* this.#data(sequence, bytes.subarray(start, end), stamp);
    if (this.#overdue(stamp.seconds)) yield* this.giveUp();
    if (this.#finAt !== null && this.#finAt === this.#next) {
      this.#finAt = null;
      yield { kind: "end" };
    }
  }

  /** What the other side has acknowledged of this direction. */
  *acknowledged(sequence: number, seconds: number): Iterable<TcpEvent> {
    this.#acknowledged = sequence;
    if (this.#overdue(seconds)) yield* this.giveUp();
  }

  /** No more is waited for what is missing: the gaps, and what is behind them. */
  *giveUp(): Iterable<TcpEvent> {
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      yield { kind: "gap", octets: distance(first.sequence, this.#next ?? first.sequence), stamp: first.stamp };
      this.#next = first.sequence;
      yield* this.#inOrder(null);
    }
  }

  *#data(sequence: number, octets: Uint8Array, stamp: Stamp): Iterable<TcpEvent> {
    const ahead = distance(sequence, this.#next ?? sequence);
    if (ahead < -maxWindow) {
      yield* this.giveUp();
      yield { kind: "gap", octets: 0, stamp };
      this.#next = sequence;
      yield* this.#deliver(sequence, octets, stamp);
      return;
    }
    if (ahead <= 0) {
      yield* this.#deliver(sequence, octets, stamp);
      yield* this.#inOrder(stamp);
      return;
    }
    if (this.#held.length === 0) this.#heldSince = stamp.seconds;
    this.#hold(sequence, octets, stamp);
    const tooMany = this.#heldOctets > maxHeldOctets || this.#held.length > maxHeldSegments;
    if (tooMany || this.#all.total > maxHeldInAll) yield* this.giveUp();
  }

  /** What of the octets is new: those sent again are left out. */
  *#deliver(sequence: number, octets: Uint8Array, stamp: Stamp): Iterable<TcpEvent> {
    const known = distance(this.#next ?? sequence, sequence);
    if (known >= octets.length) return;
    this.#next = plus(sequence, octets.length);
    yield { kind: "data", octets: octets.subarray(known), stamp };
  }

  /** What was held and is next now. `filledBy` is the packet that made it so; null: it waited in vain, and counts as of its own time. */
  *#inOrder(filledBy: Stamp | null): Iterable<TcpEvent> {
    let count = 0;
    for (const { sequence, octets, stamp } of this.#held) {
      if (distance(sequence, this.#next ?? sequence) > 0) break;
      count++;
      this.#heldOctets -= octets.length;
      this.#all.total -= octets.length;
      yield* this.#deliver(sequence, octets, filledBy ?? stamp);
    }
    if (count > 0) this.#held.splice(0, count);
  }

  /** Keeps a copy, in the order of the sequence numbers. */
  #hold(sequence: number, octets: Uint8Array, stamp: Stamp): void {
    let at = this.#held.length;
    while (at > 0 && distance(this.#held[at - 1]!.sequence, sequence) > 0) at--;
    const before = this.#held[at - 1];
    if (
      before !== undefined &&
      distance(plus(sequence, octets.length), plus(before.sequence, before.octets.length)) <= 0
    )
      return;
    this.#held.splice(at, 0, { sequence, octets: octets.slice(), stamp });
    this.#heldOctets += octets.length;
    this.#all.total += octets.length;
  }

  #overdue(seconds: number): boolean {
    if (this.#held.length === 0) return false;
    const acknowledged = this.#acknowledged !== null && distance(this.#acknowledged, this.#next ?? 0) > 0;
    return seconds - this.#heldSince >= (acknowledged ? patienceSeconds.acknowledged : patienceSeconds.open);
  }
}

/** How far `to` is ahead of `from`: RFC 9293 §3.4, "modulo 2**32". */
function distance(to: number, from: number): number {
  return (to - from) | 0;
}

function plus(sequence: number, octets: number): number {
  return (sequence + octets) >>> 0;
}
