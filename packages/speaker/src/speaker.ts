import type { Server, Socket } from "node:net";
import { AttributeTable, formatRouterId, parseRouterId } from "@vipcast/bgp";
import { SpeakerError } from "./errors.ts";
import type { PeerHandlers } from "./handlers.ts";
import { type ListenRange, type ListenRangeOptions, Range } from "./listen-range.ts";
import { steadyLogger } from "./logger.ts";
import type { SpeakerOptions } from "./options.ts";
import { checkInteger } from "./peer/check.ts";
import { Deadlines } from "./peer/deadlines.ts";
import type { Peer } from "./peer/peer.ts";
import { PeerDriver } from "./peer/peer-driver.ts";
import type { Dynamic, PeerEnvironment } from "./peer/peer-environment.ts";
import { type PeerSettings, peerSettings } from "./peer/peer-settings.ts";
import { deconfiguredReason, restartReason, shutdownReason } from "./peer/stop-reasons.ts";
import type { PeerOptions } from "./peer-options.ts";
import { Restart } from "./restart.ts";
import { lastKnown, systemAddresses } from "./routes/local-addresses.ts";
import { systemClock } from "./system-clock.ts";
import { Listener } from "./transport/listener.ts";
import type { BoundAddress, ListenPeer, SocketProtection, Transport } from "./transport/options.ts";
import type { PeerAddress } from "./transport/peer-address.ts";
import { connectPlain, listenPlain, refuseProtection } from "./transport/plain-transport.ts";
import { WorkTurns } from "./work-turns.ts";

/** A BGP speaker: one AS and router id, any number of peers and listeners. Several may live in one process. */
export class Speaker {
  readonly asn: number;
  readonly routerId: string;
  readonly #transport: Transport;
  readonly #environment: PeerEnvironment;
  readonly #peers = new Map<string, PeerDriver>();
  readonly #ranges = new Map<string, Range>();
  readonly #listeners = new Set<Listener>();
  /** What `close` has to wait for: removed peers that are still closing their sockets, and listeners that come and go. */
  readonly #leaving = new Set<Promise<void>>();
  /** Forgets the signal. */
  readonly #stopOn: () => void;
  #closing: Promise<void> | null = null;

  /** Throws `SpeakerError` with code `ERR_SPEAKER_OPTION` when `asn` or `routerId` is not valid. */
  constructor(options: SpeakerOptions) {
    checkInteger("asn", options.asn, 1, 0xffff_ffff);
    const routerId = parseRouterId(options.routerId);
    if (routerId === undefined || routerId === 0) {
      const message = `routerId "${options.routerId}" is not a dotted IPv4 address other than 0.0.0.0 (RFC 6286)`;
      throw new SpeakerError("ERR_SPEAKER_OPTION", message);
    }
    this.asn = options.asn;
    this.routerId = formatRouterId(routerId);
    this.#transport = options;
    const logger = steadyLogger(options.logger);
    const clock = options.clock ?? systemClock;
    this.#environment = {
      asn: options.asn,
      routerId,
      clock,
      deadlines: new Deadlines(clock),
      random: options.random ?? Math.random,
      logger,
      connect: options.connect ?? connectPlain,
      localAddresses: lastKnown(options.localAddresses ?? systemAddresses, logger),
      restart: new Restart(options.restart ?? {}, clock, logger),
      attributes: options.locRib?.attributes ?? new AttributeTable(),
      locRib: options.locRib ?? null,
      work: new WorkTurns(clock),
      rekey: options.rekey,
      silentDrops: options.silentDrops,
      checkProtection: (protection, passive) => this.#checkProtection(protection, passive),
      listenersChange: (change) => this.#peersChanged(change),
    };
    this.#stopOn = onAbort(options.signal, (reason) => void this.close({ reason }));
  }

  /** The peers, configured ones and neighbours from listen ranges, in the order they were added. */
  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /**
   * Accepts connections from peers; others get Cease / Connection Rejected. May be called several times. Rejects with the
   * system's own error (`EACCES` under port 1024 without the capability, `EADDRINUSE`) as it is. `signal` ends this listener.
   */
  async listen(options: {
    readonly host: string;
    readonly port: number;
    readonly signal?: AbortSignal;
  }): Promise<BoundAddress> {
    this.#checkOpen();
    const { host, port, signal } = options;
    checkInteger("port", port, 0, 65535);
    signal?.throwIfAborted();
    const listen = this.#transport.listen ?? listenPlain;
    const known = this.#listenPeers();
    const begun = this.#begin(listen({ host, port, peers: known }), known, signal);
    this.#leave(begun);
    const listener = await begun;
    const forget = onAbort(signal, () => {
      this.#listeners.delete(listener);
      this.#leave(listener.close());
    });
    listener.server.once("close", forget);
    return listener.bound;
  }

  /**
   * Starts a session at once, and keeps it alive until `removePeer` or `close`. Throws `SpeakerError` on bad options and on
   * an address that is configured already.
   */
  addPeer(options: PeerOptions, handlers: PeerHandlers = {}): Peer {
    this.#checkOpen();
    const settings = this.#settings(options);
    const key = settings.address.text;
    if (this.#peers.has(key)) {
      throw new SpeakerError("ERR_SPEAKER_DUPLICATE_PEER", `peer ${key} is configured already; remove it first`);
    }
    this.#checkProtection(settings.protection, settings.config.passive);
    const peer = this.#add(settings, handlers, null);
    try {
      this.#peersChanged({ added: [peer.listenPeer], removed: [] });
    } catch (error) {
      // A listener that cannot protect this peer: it was not added, and may be again.
      this.#peers.delete(key);
      throw error;
    }
    peer.start();
    return peer;
  }

  /**
   * Takes neighbours from a whole prefix, as they connect: each becomes a peer with these options and handlers, and is forgotten when
   * its connection ends. More than `limit` are turned away. Throws as `addPeer` does.
   */
  addListenRange(options: ListenRangeOptions, handlers: PeerHandlers = {}): ListenRange {
    this.#checkOpen();
    const range = new Range(options, handlers, (password) => this.#setRangePassword(range, password));
    // Bad options show here, and not when somebody connects.
    this.#settings(range.optionsFor(range.example));
    if (this.#ranges.has(range.prefix)) {
      const message = `listen range ${range.prefix} is configured already; remove it first`;
      throw new SpeakerError("ERR_SPEAKER_DUPLICATE_PEER", message);
    }
    this.#checkProtection(range.listenPeer, true);
    this.#peersChanged({ added: [range.listenPeer], removed: [] });
    this.#ranges.set(range.prefix, range);
    return range;
  }

  /** Removes the range and the peers that came from it, each as `removePeer` does. Other objects are ignored. */
  async removeListenRange(range: ListenRange): Promise<void> {
    const found = this.#ranges.get(range.prefix);
    if (found === undefined || found !== range) return;
    this.#ranges.delete(range.prefix);
    this.#peersChanged({ added: [], removed: [found.listenPeer] });
    await Promise.all(found.peers.map((peer) => this.removePeer(peer)));
  }

  /** Ends the session with Cease / Peer De-configured; resolves when its sockets are closed. Other objects are ignored. */
  async removePeer(peer: Peer): Promise<void> {
    const driver = this.#peers.get(peer.address);
    if (driver === undefined || driver !== peer) return;
    this.#peers.delete(peer.address);
    for (const range of this.#ranges.values()) range.left(peer);
    const closed = driver.close(deconfiguredReason);
    this.#leave(closed);
    // The key of a neighbour from a range is the range's.
    if (!driver.isDynamic) this.#peersChanged({ added: [], removed: [driver.listenPeer] });
    await closed;
  }

  /**
   * What was to be announced first has been: from here on peers that wait for End-of-RIB get it (RFC 4724 §4.1), and no OPEN says any more
   * that we have restarted. Idempotent.
   */
  initialRoutesComplete(): void {
    this.#environment.restart.complete();
    for (const peer of this.#peers.values()) peer.routes.releaseEndOfRib();
  }

  /**
   * Ends every session with the reason as text (RFC 9003, cut to 255 octets), closes the listeners and leaves no timer, socket or handle.
   * `mode` `"stop"` (default) is for good: Cease / Administrative Shutdown, as a Hard Reset where the N bit was negotiated (RFC 8538 §5.1).
   * `"restart"` leaves it to graceful restart to keep our routes: Cease / Administrative Reset where the N bit was negotiated or
   * graceful restart was not, else TCP is closed without a word (RFC 4724 §4). Withdraw nothing before that.
   * Idempotent; takes two seconds at most, for peers that do not read.
   */
  close(options: { readonly reason?: string; readonly mode?: "stop" | "restart" } = {}): Promise<void> {
    if (this.#closing === null) {
      // Handlers that are called on the way find the speaker closed: what they add now nobody would end.
      let follow: (ending: Promise<void>) => void = ignore;
      this.#closing = new Promise((resolve) => {
        follow = resolve;
      });
      follow(this.#close(options.reason ?? "", options.mode ?? "stop"));
    }
    return this.#closing;
  }

  async #close(text: string, mode: "stop" | "restart"): Promise<void> {
    this.#stopOn();
    const reason = mode === "stop" ? shutdownReason(text) : restartReason(text);
    const peers = Array.from(this.#peers.values(), (peer) => peer.close(reason));
    const listeners = Array.from(this.#listeners, (listener) => listener.close());
    this.#listeners.clear();
    await Promise.all([...peers, ...listeners, ...this.#leaving]);
  }

  #settings(options: PeerOptions): PeerSettings {
    return peerSettings(options, { asn: this.asn, routerId: this.#environment.routerId });
  }

  #add(settings: PeerSettings, handlers: PeerHandlers, dynamic: Dynamic | null): PeerDriver {
    const peer = new PeerDriver(settings, handlers, this.#environment, dynamic);
    this.#peers.set(peer.address, peer);
    return peer;
  }

  #checkProtection(protection: SocketProtection, passive: boolean): void {
    if (this.#transport.connect === undefined && !passive) refuseProtection(protection, "connect");
    if (this.#transport.listen === undefined && this.#listeners.size > 0) refuseProtection(protection, "listen");
  }

  /** Null when the connection has found its peer; else why not. */
  #accept(socket: Socket, remote: PeerAddress): string | null {
    // Its last connection may have ended, and wait with many others to be told so: this one is not to collide with it, and a neighbour
    // from a range is forgotten first. Who hears of that may close the speaker.
    this.#peers.get(remote.text)?.catchUp();
    if (this.#closing !== null) return "the speaker closes";
    const peer = this.#peers.get(remote.text) ?? this.#neighbour(remote);
    if (typeof peer === "string") return peer;
    try {
      // Added while a plain listener ran: it cannot check what this peer's options promise.
      if (this.#transport.listen === undefined) refuseProtection(peer.listenPeer, "listen");
      this.#transport.accepted?.(socket, peer.listenPeer);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#environment.logger.error({ peer: peer.address, err: error }, `inbound connection closed: ${message}`);
      socket.on("error", () => undefined);
      socket.destroy();
      if (peer.isDynamic) void this.removePeer(peer);
      return null;
    }
    peer.accept(socket);
    return null;
  }

  /** The peer that an unknown address becomes by the narrowest range around it; else why there is none. */
  #neighbour(remote: PeerAddress): PeerDriver | string {
    let range: Range | null = null;
    for (const candidate of this.#ranges.values())
      if (candidate.covers(remote) && candidate.lengthBits > (range?.lengthBits ?? -1)) range = candidate;
    if (range === null) return "no peer with this address is configured";
    const options = range.take(remote.text);
    const { prefix, limit } = range;
    if (options === null) return `listen range ${prefix} is full with ${limit} neighbours: raise its limit`;
    const onGone = (): void => void this.removePeer(peer);
    const peer: PeerDriver = this.#add(this.#settings(options), range.handlers, { range: prefix, onGone });
    range.joined(peer);
    peer.start();
    return peer;
  }

  /** For the listeners and for every neighbour that is connected. */
  #setRangePassword(range: Range, password: string | null): void {
    if (this.#ranges.get(range.prefix) !== range) return;
    const after = range.listenPeerWith(password);
    this.#checkProtection(after, true);
    this.#peersChanged({ added: [after], removed: [range.listenPeer] });
    range.changed(after);
    for (const { address } of range.peers) this.#peers.get(address)?.setPassword(password, true);
  }

  #leave(ending: Promise<unknown>): void {
    const left = ending.then(ignore, ignore).then(() => void this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  /** A listener at work; its server is closed again when by then nobody wants it or it cannot take the peers. */
  async #begin(opening: Promise<Server>, known: readonly ListenPeer[], signal?: AbortSignal): Promise<Listener> {
    const server = await opening;
    try {
      this.#checkOpen();
      signal?.throwIfAborted();
      this.#catchUp(server, known);
      const listener = new Listener(server, {
        clock: this.#environment.clock,
        logger: this.#environment.logger,
        accept: (socket, remote) => this.#accept(socket, remote),
      });
      this.#listeners.add(listener);
      return listener;
    } catch (error) {
      await new Promise((closed) => server.close(closed));
      throw error;
    }
  }

  #listenPeers(): readonly ListenPeer[] {
    const configured = [...this.#peers.values()].filter((peer) => !peer.isDynamic);
    return [...configured, ...this.#ranges.values()].map(({ listenPeer }) => listenPeer);
  }

  /** Peers that came or went while `listen` was under way. */
  #catchUp(server: Server, known: readonly ListenPeer[]): void {
    const current = this.#listenPeers();
    const added = current.filter((peer) => !known.includes(peer));
    const removed = known.filter((peer) => !current.includes(peer));
    if (added.length > 0 || removed.length > 0) this.#transport.peersChanged?.(server, { added, removed });
  }

  #peersChanged(change: { readonly added: readonly ListenPeer[]; readonly removed: readonly ListenPeer[] }): void {
    for (const listener of this.#listeners) this.#transport.peersChanged?.(listener.server, change);
  }

  #checkOpen(): void {
    if (this.#closing !== null) throw new SpeakerError("ERR_SPEAKER_CLOSED", "the speaker was closed");
  }
}

function ignore(): void {}

/** Calls `act` with the reason in words once `signal` aborts; returns how to forget that. */
function onAbort(signal: AbortSignal | undefined, act: (reason: string) => void): () => void {
  if (signal === undefined) return () => undefined;
  const listener = (): void => act(typeof signal.reason === "string" ? signal.reason : "");
  if (signal.aborted) queueMicrotask(listener);
  else signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
