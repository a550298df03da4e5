import type { Server, Socket } from "node:net";
import { CeaseSubcode, formatRouterId, parseRouterId } from "@vipcast/bgp";
import { SpeakerError } from "./errors.ts";
import type { PeerHandlers } from "./handlers.ts";
import { steadyLogger } from "./logger.ts";
import type { PeerOptions, SpeakerOptions } from "./options.ts";
import type { Peer } from "./peer/peer.ts";
import { PeerDriver, type PeerEnvironment } from "./peer/peer-driver.ts";
import { checkInteger, peerSettings } from "./peer/peer-settings.ts";
import { lastKnown, systemAddresses } from "./routes/local-addresses.ts";
import { systemClock } from "./system-clock.ts";
import { Listener } from "./transport/listener.ts";
import type { BoundAddress, ListenPeer, Transport } from "./transport/options.ts";
import type { PeerAddress } from "./transport/peer-address.ts";
import { connectPlain, listenPlain, refuseProtection } from "./transport/plain-transport.ts";

/** A BGP speaker: one AS and router id, any number of peers and listeners. Several may live in one process. */
export class Speaker {
  readonly asn: number;
  readonly routerId: string;
  readonly #transport: Transport;
  readonly #environment: PeerEnvironment;
  readonly #peers = new Map<string, PeerDriver>();
  readonly #listeners = new Set<Listener>();
  /** Peers that were removed and are still closing their sockets. */
  readonly #leaving = new Set<Promise<void>>();
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
    this.#environment = {
      asn: options.asn,
      routerId,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      logger,
      connect: options.connect ?? connectPlain,
      localAddresses: lastKnown(options.localAddresses ?? systemAddresses, logger),
    };
  }

  /** The configured peers, in the order they were added. */
  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /**
   * Accepts connections from configured peers; others get Cease / Connection Rejected. May be called several times. Rejects
   * with the system's own error (`EACCES` under port 1024 without the capability, `EADDRINUSE`) as it is.
   */
  async listen(options: { readonly host: string; readonly port: number }): Promise<BoundAddress> {
    this.#checkOpen();
    checkInteger("port", options.port, 0, 65535);
    const listen = this.#transport.listen ?? listenPlain;
    const known = this.#listenPeers();
    const server = await listen({ ...options, peers: known });
    if (this.#closing !== null) {
      server.close();
      this.#checkOpen();
    }
    this.#catchUp(server, known);
    const listener = new Listener(server, {
      clock: this.#environment.clock,
      logger: this.#environment.logger,
      accept: (socket, remote) => this.#accept(socket, remote),
    });
    this.#listeners.add(listener);
    return listener.bound;
  }

  /**
   * Starts a session at once, and keeps it alive until `removePeer` or `close`. Throws `SpeakerError` on bad options and on
   * an address that is configured already.
   */
  addPeer(options: PeerOptions, handlers: PeerHandlers = {}): Peer {
    this.#checkOpen();
    const settings = peerSettings(options, { asn: this.asn, routerId: this.#environment.routerId });
    const key = settings.address.text;
    if (this.#peers.has(key)) {
      throw new SpeakerError("ERR_SPEAKER_DUPLICATE_PEER", `peer ${key} is configured already; remove it first`);
    }
    if (this.#transport.connect === undefined && !settings.config.passive) refuseProtection(settings.dial, "connect");
    if (this.#transport.listen === undefined && this.#listeners.size > 0) refuseProtection(settings.listen, "listen");
    const peer = new PeerDriver(settings, handlers, this.#environment);
    this.#peers.set(key, peer);
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

  /** Ends the session with Cease / Peer De-configured; resolves when its sockets are closed. Other objects are ignored. */
  async removePeer(peer: Peer): Promise<void> {
    const driver = this.#peers.get(peer.address);
    if (driver === undefined || driver !== peer) return;
    this.#peers.delete(peer.address);
    const closed = driver.close({ subcode: CeaseSubcode.PeerDeconfigured, text: "" });
    this.#leaving.add(closed);
    this.#peersChanged({ added: [], removed: [driver.listenPeer] });
    await closed;
    this.#leaving.delete(closed);
  }

  /**
   * Ends every session with Cease / Administrative Shutdown and the reason as text (RFC 9003, cut to 255 octets), closes the
   * listeners and leaves no timer, socket or handle. Idempotent; takes two seconds at most, for peers that do not read.
   */
  close(options: { readonly reason?: string } = {}): Promise<void> {
    this.#closing ??= this.#close(options.reason ?? "");
    return this.#closing;
  }

  async #close(text: string): Promise<void> {
    const reason = { subcode: CeaseSubcode.AdministrativeShutdown, text };
    const peers = Array.from(this.#peers.values(), (peer) => peer.close(reason));
    const listeners = Array.from(this.#listeners, (listener) => listener.close());
    this.#listeners.clear();
    await Promise.all([...peers, ...listeners, ...this.#leaving]);
  }

  #accept(socket: Socket, remote: PeerAddress): boolean {
    const peer = this.#peers.get(remote.text);
    if (peer === undefined || this.#closing !== null) return false;
    try {
      // Added while a plain listener ran: it cannot check what this peer's options promise.
      if (this.#transport.listen === undefined) refuseProtection(peer.listenPeer, "listen");
      this.#transport.accepted?.(socket, peer.listenPeer);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#environment.logger.error({ peer: peer.address, err: error }, `inbound connection closed: ${message}`);
      socket.on("error", () => undefined);
      socket.destroy();
      return true;
    }
    peer.accept(socket);
    return true;
  }

  #listenPeers(): readonly ListenPeer[] {
    return Array.from(this.#peers.values(), (peer) => peer.listenPeer);
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
