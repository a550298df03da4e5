import type {
  DesiredVip,
  LocalSpeaker,
  NotificationText,
  PeerEvent,
  RouteAnnouncement,
  RoutePeer,
  RoutePort,
} from "@vipcast/announcer";
import { nodeCommunityOf } from "@vipcast/announcer";
import { familyName, type ImportPolicy } from "@vipcast/bgp";
import type { Peer, PeerHandlers, PeerOptions, PeerSnapshot, Speaker } from "@vipcast/speaker";
import { SpeakerError } from "@vipcast/speaker";
import { type NotificationCount, NotificationTally } from "../metrics/tally.ts";
import { SiblingRoutes } from "./sibling-routes.ts";

/** What is known of one session at this moment, and the NOTIFICATIONs since its peer was configured. */
export interface SessionFigures {
  readonly snapshot: PeerSnapshot;
  readonly notifications: readonly NotificationCount[];
}

/**
 * The announcer's view of a speaker: its peers, and what is announced to each. Events are delivered in order and
 * never from inside a call, as the port promises.
 */
export class SpeakerRoutes implements RoutePort {
  readonly local: LocalSpeaker;
  readonly #speaker: Speaker;
  readonly #peers = new Map<string, Peer>();
  readonly #notifications = new Map<string, NotificationTally>();
  readonly #listeners = new Set<(event: PeerEvent) => void>();
  readonly #refused = new Map<string, ReadonlyMap<string, string>>();
  readonly #onError: (error: Error, peer: string) => void;
  readonly #siblings: SiblingRoutes;
  #pending: PeerEvent[] = [];

  /**
   * `onError` hears of mistakes in handlers; nothing else calls it. `nodeCommunity` is what the announcer's policy says of it, and tells our own
   * routes from those of other nodes.
   */
  constructor(speaker: Speaker, onError: (error: Error, peer: string) => void, nodeCommunity: string | null = "auto") {
    this.#speaker = speaker;
    this.local = { asn: speaker.asn, routerId: speaker.routerId };
    this.#onError = onError;
    const community = nodeCommunity === "auto" ? nodeCommunityOf(this.local) : nodeCommunity;
    this.#siblings = new SiblingRoutes({ asn: speaker.asn, community });
  }

  /** Whose siblings are wanted: the VIPs of the intent that have the last-node guard. For one that is new, peers are asked for their routes again. */
  watch(vips: readonly DesiredVip[]): void {
    if (this.#siblings.watch(vips)) for (const peer of this.#peers.values()) peer.refresh();
  }

  siblings(prefix: string): readonly string[] | null {
    return this.#siblings.of(prefix);
  }

  /**
   * Adds a peer to the speaker and follows it. Up to `keepReceived` of its routes are kept to be looked at; those beyond are passed over. Throws what
   * `Speaker.addPeer` throws.
   */
  addPeer(options: PeerOptions, keepReceived = 0): void {
    const before = this.#pending.length;
    const policy: ImportPolicy = (prefix) => {
      const kept = this.#peers.get(peer.address)?.adjRibIn;
      return kept === undefined || kept.size < keepReceived || kept.get(prefix) !== null;
    };
    const importing = keepReceived > 0 ? { importPolicy: policy } : {};
    const peer = this.#speaker.addPeer({ ...options, ...importing }, this.#handlers());
    this.#peers.set(peer.address, peer);
    // The session began inside the call; that the peer exists comes first all the same.
    this.#emit({ kind: "added", peer: peer.address }, before);
  }

  /** Ends the session with Cease / Peer De-configured and forgets the peer; resolves when its socket is closed. One that is not there is ignored. */
  async removePeer(address: string): Promise<void> {
    const peer = this.#peers.get(address);
    if (peer === undefined) return;
    this.#peers.delete(address);
    this.#notifications.delete(address);
    this.#refused.delete(address);
    this.#siblings.down(address);
    const closed = this.#speaker.removePeer(peer);
    this.#emit({ kind: "removed", peer: address });
    await closed;
  }

  /** Changes or takes away the TCP MD5 key of a peer. Throws what `Peer.setPassword` throws. */
  setPassword(address: string, password: string | null): void {
    this.#peers.get(address)?.setPassword(password);
  }

  /** Every peer, as the speaker has it. */
  get all(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  peers(): readonly RoutePeer[] {
    return [...this.#peers.values()].map((peer) => this.#describe(peer));
  }

  /** What is known of each session, in the order the peers were added. */
  sessions(): readonly SessionFigures[] {
    return [...this.#peers.values()].map((peer) => ({
      snapshot: peer.snapshot(),
      notifications: this.#notifications.get(peer.address)?.counts ?? [],
    }));
  }

  announce(address: string, routes: readonly RouteAnnouncement[]): void {
    this.#peers.get(address)?.routes.apply({ announce: routes });
  }

  async withdraw(prefixes: readonly string[]): Promise<void> {
    const peers = [...this.#peers.values()];
    for (const { routes } of peers) routes.apply({ withdraw: prefixes });
    await Promise.all(peers.map(({ routes }) => routes.flushed()));
  }

  onPeer(listener: (event: PeerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #describe(peer: Peer): RoutePeer {
    const { state, lastDown, lastNotificationSent, lastNotificationReceived } = peer.snapshot();
    return {
      address: peer.address,
      asn: peer.asn,
      internal: peer.internal,
      established: state === "Established",
      state,
      ...(lastDown === undefined ? {} : { lastDown: lastDown.cause }),
      ...(lastNotificationSent === undefined ? {} : { lastNotificationSent: notificationText(lastNotificationSent) }),
      ...(lastNotificationReceived === undefined
        ? {}
        : { lastNotificationReceived: notificationText(lastNotificationReceived) }),
    };
  }

  #handlers(): PeerHandlers {
    return {
      onState: ({ to }, peer) => {
        if (to === "Connect") this.#emit({ kind: "connecting", peer: peer.address });
      },
      onEstablished: ({ holdTime, families, peerAs }, { address }) => {
        this.#siblings.established(address, families);
        this.#emit({ kind: "established", peer: address, asn: peerAs, holdTime, families: families.map(familyName) });
      },
      onUpdate: (message, { address }) => {
        this.#siblings.receive(address, message);
        return undefined;
      },
      onDown: ({ reason, cause, notification }, { address }) => {
        this.#refused.delete(address);
        this.#siblings.down(address);
        const said = notification === undefined ? {} : { notification: notificationText(notification) };
        this.#emit({ kind: "down", peer: address, reason, cause, ...said });
        // An attempt that nobody answers is followed by the next one at once, in the same state (RFC 4271 §8.2.2, Connect).
        if (reason === "connect-timeout") this.#emit({ kind: "connecting", peer: address });
      },
      onNotification: ({ direction, code }, { address }) => {
        // One that ends the session of a peer that was just removed is nobody's any more.
        if (!this.#peers.has(address)) return;
        const tally = this.#notifications.get(address) ?? new NotificationTally();
        tally.count(direction, code);
        this.#notifications.set(address, tally);
      },
      onRoutesSent: ({ announced, withdrawn }, { address }) => {
        this.#emit({ kind: "sent", peer: address, announced, withdrawn });
      },
      onError: (error, peer) => {
        if (error instanceof SpeakerError && error.code === "ERR_SPEAKER_ROUTE_REFUSED") this.#reportRefused(peer);
        else this.#onError(error, peer.address);
      },
    };
  }

  /** The speaker says that routes cannot be sent; its snapshot says which. Each is reported once, and again when the reason changes. */
  #reportRefused(peer: Peer): void {
    const known = this.#refused.get(peer.address);
    const refused = new Map(peer.snapshot().routes.refused.map(({ prefix, reason }) => [prefix, reason]));
    this.#refused.set(peer.address, refused);
    for (const [prefix, message] of refused) {
      if (known?.get(prefix) !== message) this.#emit({ kind: "refused", peer: peer.address, prefix, message });
    }
  }

  #emit(event: PeerEvent, at: number = this.#pending.length): void {
    if (this.#pending.length === 0) queueMicrotask(() => this.#deliver());
    this.#pending.splice(at, 0, event);
  }

  #deliver(): void {
    const events = this.#pending;
    this.#pending = [];
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }
}

/** The code, its words and the direction; the octets stay behind. */
function notificationText({ code, subcode, text, direction }: NotificationText): NotificationText {
  return { code, subcode, text, direction };
}
