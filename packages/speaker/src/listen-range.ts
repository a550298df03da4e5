import { formatAddress, formatPrefix, type Prefix, parsePrefix } from "@vipcast/bgp";
import type { PeerHandlers } from "./handlers.ts";
import { checkInteger, refuseOption } from "./peer/check.ts";
import type { Peer } from "./peer/peer.ts";
import { resolveGroup } from "./peer/peer-group.ts";
import { readPassword, readProtection } from "./peer/read-options.ts";
import type { PeerGroup, PeerOptions } from "./peer-options.ts";
import type { ListenPeer } from "./transport/options.ts";
import type { PeerAddress } from "./transport/peer-address.ts";

/** Options of neighbours that are known by their prefix and not one by one. They dial; we never do. */
export interface ListenRangeOptions extends Omit<PeerGroup, "passive" | "port" | "source"> {
  /** `"10.0.0.0/24"` or `"fd00::/64"`; of ranges that overlap the narrower one counts, and a configured peer before any range. */
  readonly prefix: string;
  /** Most neighbours at one time, 1..65535; default 100. */
  readonly limit?: number;
}

/** A listen range at work; made by `Speaker.addListenRange`. */
export interface ListenRange {
  /** Normalised text. */
  readonly prefix: string;
  readonly limit: number;
  /** The neighbours that are connected, each a peer of its own until its connection ends, and those that are kept away. */
  readonly peers: readonly Peer[];
  /** Connections turned away because `limit` was reached. */
  readonly refused: number;
  /** Changes the TCP MD5 password of the range and of the neighbours that are connected, as `Peer.setPassword` does. */
  setPassword(password: string | null): void;
}

const defaultLimit = 100;

/** One range: which addresses it takes, and the peers that came from it. */
export class Range implements ListenRange {
  readonly prefix: string;
  readonly limit: number;
  readonly handlers: PeerHandlers;
  readonly lengthBits: number;
  readonly #parsed: Prefix;
  readonly #onPassword: (password: string | null) => void;
  #options: PeerGroup;
  #listenPeer: ListenPeer;
  readonly #size: 4 | 16;
  readonly #peers = new Map<string, Peer>();
  #refused = 0;

  /** Throws `ERR_SPEAKER_OPTION` for a prefix or limit that is none. The options of the peers are for the caller to try. */
  constructor(options: ListenRangeOptions, handlers: PeerHandlers, onPassword: (password: string | null) => void) {
    const { prefix, limit = defaultLimit, ...group } = options;
    const parsed = typeof prefix === "string" ? parsePrefix(prefix) : undefined;
    if (parsed === undefined)
      refuseOption(
        `prefix "${String(prefix)}" is not a prefix: write it like 10.0.0.0/24, with no bits set past the length`,
      );
    checkInteger("limit", limit, 1, 65535);
    this.prefix = formatPrefix(parsed);
    this.limit = limit;
    this.handlers = handlers;
    this.lengthBits = parsed.lengthBits;
    this.#parsed = parsed;
    this.#options = resolveGroup(group);
    this.#onPassword = onPassword;
    this.#size = prefix.includes(":") ? 16 : 4;
    const bytes = new Uint8Array(this.#size);
    bytes.set(parsed.bytes);
    const address = { bytes, zone: null, text: formatAddress(bytes) };
    this.#listenPeer = {
      address: address.text,
      prefixLength: parsed.lengthBits,
      ...readProtection(this.#options, address),
    };
  }

  get listenPeer(): ListenPeer {
    return this.#listenPeer;
  }

  setPassword(password: string | null): void {
    this.#onPassword(password);
  }

  /** What the listeners need with this password. */
  listenPeerWith(password: string | null): ListenPeer {
    const { password: _, ...others } = this.#listenPeer;
    return password === null ? others : { ...others, password: readPassword(password) };
  }

  /** The listeners have taken it; neighbours that come from now on have it too. */
  changed(listenPeer: ListenPeer): void {
    this.#listenPeer = listenPeer;
    const { password: _, ...others } = this.#options;
    const { password } = listenPeer;
    this.#options = password === undefined ? others : { ...others, password };
  }

  /** An address of this range, to try the options with. */
  get example(): string {
    const { address } = this.#listenPeer;
    const { bytes, lengthBits } = this.#parsed;
    if (lengthBits === this.#size * 8) return address;
    const host = new Uint8Array(this.#size);
    host.set(bytes);
    host[this.#size - 1] = (host[this.#size - 1] ?? 0) | 1;
    return formatAddress(host);
  }

  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  get refused(): number {
    return this.#refused;
  }

  covers({ bytes }: PeerAddress): boolean {
    const { lengthBits, bytes: network } = this.#parsed;
    if (bytes.length !== this.#size) return false;
    const whole = lengthBits >> 3;
    for (let index = 0; index < whole; index++) if (bytes[index] !== network[index]) return false;
    const rest = lengthBits & 7;
    return rest === 0 || (bytes[whole] ?? 0) >> (8 - rest) === (network[whole] ?? 0) >> (8 - rest);
  }

  /** Options of the neighbour with this address; null, and counted, when the range is full. */
  take(address: string): PeerOptions | null {
    if (this.#peers.size >= this.limit) {
      this.#refused++;
      return null;
    }
    return this.optionsFor(address);
  }

  optionsFor(address: string): PeerOptions {
    return { ...this.#options, address, passive: true };
  }

  joined(peer: Peer): void {
    this.#peers.set(peer.address, peer);
  }

  left(peer: Peer): void {
    this.#peers.delete(peer.address);
  }
}
