import { setImmediate as nextTurn } from "node:timers/promises";
import { acceptAll, familyName, formatPrefix, LocRib, type LocRibSnapshot } from "@vipcast/bgp";
import { type Peer, type PeerHandlers, Speaker } from "@vipcast/speaker";
import { attributeFields, pathIdOf } from "./route-line.ts";

/** What a {@link Collector} is told. */
export interface CollectorOptions {
  readonly asn: number;
  readonly routerId: string;
  /** Whoever connects from one of these is a peer: `10.0.0.0/24`. */
  readonly prefixes: readonly string[];
  /** Most prefixes of each family from one peer; one more ends its session for `restart` seconds. */
  readonly maxPrefixes: number;
  readonly restart: number;
  /** Takes one line; false when it can take no more for now, until `resume` is called. */
  readonly write: (line: object) => boolean;
}

/** Destinations that are looked at in one turn of the event loop: some 10 ms of work, so that sessions are not starved. */
const turnRows = 8192;

/**
 * A route collector: routers connect, everything they announce is kept, with each path of a prefix where they send several (RFC 7911), and
 * every change becomes a line. It announces nothing: routes that come in go nowhere by themselves (RFC 8212).
 */
export class Collector {
  readonly #speaker: Speaker;
  readonly #options: CollectorOptions;
  readonly #locRib: LocRib = new LocRib();
  #compared: LocRibSnapshot;
  #full = false;
  #isComparing = false;
  #isClosed = false;

  constructor(options: CollectorOptions) {
    const { asn, routerId, prefixes, maxPrefixes, restart } = options;
    this.#options = options;
    this.#compared = this.#locRib.snapshot();
    this.#speaker = new Speaker({ asn, routerId, locRib: this.#locRib });
    const handlers = this.#handlers();
    for (const prefix of prefixes)
      this.#speaker.addListenRange(
        {
          prefix,
          asn: "external",
          importPolicy: acceptAll,
          addPath: "receive",
          maxPrefixes: { limit: maxPrefixes, restart },
          // A router that restarts keeps what it has announced here; we ask for no help ourselves (RFC 4724).
          gracefulRestart: { restartTime: 0 },
        },
        handlers,
      );
  }

  async listen(host: string, port: number): Promise<number> {
    return (await this.#speaker.listen({ host, port })).port;
  }

  /** The lines have somewhere to go again. */
  resume(): void {
    this.#full = false;
    for (const peer of this.#speaker.peers) peer.resume();
  }

  /**
   * A line for each destination whose best route is another one than at the last call. A full table is compared in short turns; a call while
   * that goes on does nothing.
   */
  async compare(): Promise<void> {
    if (this.#isComparing || this.#isClosed) return;
    this.#isComparing = true;
    const now = this.#locRib.snapshotLater();
    while (!this.#isClosed && !now.isComplete) {
      this.#locRib.work(turnRows);
      await nextTurn();
    }
    if (!this.#isClosed) await this.#tellChanges(now);
    this.#compared.release();
    this.#compared = now;
    if (this.#isClosed) now.release();
    this.#isComparing = false;
  }

  async #tellChanges(now: LocRibSnapshot): Promise<void> {
    for (const change of this.#compared.diffInTurns(now, turnRows)) {
      if (change === null) {
        await nextTurn();
        if (this.#isClosed) return;
        continue;
      }
      const { prefix, best } = change;
      const text = formatPrefix(prefix);
      if (best === null) this.#say({ event: "unreachable", prefix: text });
      else this.#say({ event: "best", prefix: text, peer: best.source.name, ...attributeFields(best.attributes) });
    }
  }

  /** Says goodbye to every router, with what there was at the end. */
  async close(reason: string): Promise<void> {
    this.#say({ event: "closing", peers: this.#speaker.peers.length, destinations: this.#locRib.size });
    this.#isClosed = true;
    await this.#speaker.close({ reason });
    // A comparison that is under way does it itself.
    if (!this.#isComparing) this.#compared.release();
  }

  #handlers(): PeerHandlers {
    return {
      onEstablished: ({ families, addPath }, peer) => {
        const names = { families: families.map(familyName), addPath: addPath.receive.map(familyName) };
        this.#say({ event: "established", peer: peer.address, asn: peer.asn, ...names });
        if (this.#full) peer.pause();
      },
      onRoutes: ({ announce, withdraw }, peer) => {
        for (const { prefix, text } of withdraw)
          this.#say({ event: "withdraw", peer: peer.address, prefix: text, ...pathIdOf(prefix) });
        for (const { prefix, text, attributes } of announce)
          this.#say({
            event: "announce",
            peer: peer.address,
            prefix: text,
            ...pathIdOf(prefix),
            ...attributeFields(attributes),
          });
      },
      onEndOfRib: (family, peer) => this.#about(peer, { event: "end-of-rib", family: familyName(family) }),
      onStaleRoutes: ({ family, cause, routes, swept }, peer) =>
        this.#about(peer, {
          event: swept === undefined ? "stale" : "swept",
          family: familyName(family),
          cause,
          routes,
        }),
      onPrefixWarning: ({ family, count, limit }, peer) =>
        this.#about(peer, { event: "many-prefixes", family: familyName(family), count, limit }),
      onDown: ({ reason, cause }, peer) => this.#about(peer, { event: "down", reason, cause }),
      onError: (error, peer) => this.#about(peer, { event: "error", message: error.message }),
    };
  }

  #about(peer: Peer, line: object): void {
    this.#say({ ...line, peer: peer.address });
  }

  /** Who reads the lines too slowly slows the routers down instead of filling our memory. */
  #say(line: object): void {
    if (this.#options.write({ time: new Date().toISOString(), ...line }) || this.#full) return;
    this.#full = true;
    for (const peer of this.#speaker.peers) peer.pause();
  }
}
