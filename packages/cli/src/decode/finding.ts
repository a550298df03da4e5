import type { MalformedMessage, Message } from "@vipcast/bgp";

/** Where something was found, as far as the input says. The properties stand in every output object as they are here. */
export interface Place {
  /** Hex: the line, from 1. */
  readonly line?: number;
  /** Raw: the octet the message starts at; MRT: the octet its record starts at. From 0, in the decompressed input. */
  readonly offset?: number;
  /** Captures: the packet that completed the message, from 1, as packet analysers count. */
  readonly frame?: number;
  /** ISO 8601, UTC, with 3, 6 or 9 decimals as the input has them. */
  readonly time?: string;
  /** Address of who sent the message. */
  readonly peer?: string;
  /** Captures: its TCP port. */
  readonly peerPort?: number;
  /** Its AS number, where the input says it. */
  readonly peerAs?: number;
  /** Address of who received it. */
  readonly local?: string;
  readonly localPort?: number;
  readonly localAs?: number;
  /** MRT's `_LOCAL` subtypes: `local` sent the message, to `peer` (RFC 6396 §4.4.5). */
  readonly sent?: true;
}

/** One path of a RIB dump. */
export interface RibRoute {
  /** Number of the record in the dump. */
  readonly sequence: number;
  /** When the path was received, ISO 8601. */
  readonly originated: string;
  /** As text; the NLRI's octets in hexadecimal for families that cannot be read. */
  readonly prefix: string;
  /** RFC 7911 path identifier, or -1. */
  readonly pathId: number;
  /** The path's attributes, judged like those of an UPDATE that carries the prefix. */
  readonly update: Message | MalformedMessage;
}

/** The peers that a RIB dump refers to by number (RFC 6396 §4.3.1). */
export interface PeerIndex {
  readonly collector: string;
  readonly view: string;
  readonly peers: readonly IndexedPeer[];
}

/** One of them; its number is its place in the list. */
export interface IndexedPeer {
  readonly routerId: string;
  readonly address: string;
  readonly asn: number;
}

/**
 * One thing that a format reader found. A message may borrow the reader's buffer: use it, or turn it into text, before asking for the
 * next finding. A note is a sentence for people; a `fault` means that part of the input could not be read, and the exit code is 1.
 */
export type Finding =
  | { readonly kind: "message"; readonly place: Place; readonly message: Message | MalformedMessage }
  | { readonly kind: "rib"; readonly place: Place; readonly route: RibRoute }
  | { readonly kind: "peer-index"; readonly place: Place; readonly index: PeerIndex }
  | { readonly kind: "state-change"; readonly place: Place; readonly oldState: string; readonly newState: string }
  | { readonly kind: "note"; readonly fault: boolean; readonly sentence: string };

/** A format: octets in, findings out. Pure; how the octets are cut into chunks changes nothing. Nothing is thrown on any input. */
export interface FormatReader {
  /** The chunk is borrowed until the findings were taken. */
  push(chunk: Uint8Array): Iterable<Finding>;
  /** The input is over. */
  end(): Iterable<Finding>;
  /** True when nothing after this point can be read; what is pushed then is ignored. */
  readonly done: boolean;
}

export function fault(sentence: string): Finding {
  return { kind: "note", fault: true, sentence };
}

export function warning(sentence: string): Finding {
  return { kind: "note", fault: false, sentence };
}

/** Octets of which more would be too many to hold in memory: a length field beyond it is broken, or hostile. */
export const maxRecordLength: number = 16 << 20;
