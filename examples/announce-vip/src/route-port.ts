import type {
  LocalSpeaker,
  NotificationText,
  PeerEvent,
  RouteAnnouncement,
  RoutePeer,
  RoutePort,
} from "@vipcast/announcer";
import { familyName } from "@vipcast/bgp";
import type { Peer, PeerHandlers, PeerOptions, Speaker } from "@vipcast/speaker";

/** What is announced to each peer of a speaker. The speaker keeps it over sessions and sends it again when one returns. */
export class SpeakerRoutes implements RoutePort {
  /** From it the announcer makes the large community by which people tell the nodes apart. */
  readonly local: LocalSpeaker;
  readonly #speaker: Speaker;
  readonly #peers = new Map<string, Peer>();
  readonly #listeners = new Set<(event: PeerEvent) => void>();

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
    this.local = { asn: speaker.asn, routerId: speaker.routerId };
  }

  /** Opens a session and keeps it; the announcer offers it everything that is announced. */
  addPeer(options: PeerOptions): void {
    const peer = this.#speaker.addPeer(options, this.#handlers());
    this.#peers.set(peer.address, peer);
    this.#emit({ kind: "added", peer: peer.address });
  }

  peers(): readonly RoutePeer[] {
    return Array.from(this.#peers.values(), (peer): RoutePeer => {
      const { state, lastDown, lastNotificationSent, lastNotificationReceived } = peer.snapshot();
      return {
        address: peer.address,
        asn: peer.asn,
        internal: peer.asn === this.#speaker.asn,
        established: state === "Established",
        state,
        ...(lastDown && { lastDown: lastDown.cause }),
        ...(lastNotificationSent && { lastNotificationSent }),
        ...(lastNotificationReceived && { lastNotificationReceived }),
      };
    });
  }

  announce(address: string, routes: readonly RouteAnnouncement[]): void {
    this.#peers.get(address)?.routes.apply({ announce: routes });
  }

  async withdraw(prefixes: readonly string[]): Promise<void> {
    // Asked of every peer before the first wait: the unbind follows as soon as all have it.
    const peers = [...this.#peers.values()];
    for (const { routes } of peers) routes.apply({ withdraw: prefixes });
    await Promise.all(peers.map(({ routes }) => routes.flushed()));
  }

  onPeer(listener: (event: PeerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #handlers(): PeerHandlers {
    return {
      onState: ({ to }, peer) => {
        if (to === "Connect") this.#emit({ kind: "connecting", peer: peer.address });
      },
      onEstablished: ({ holdTime, families }, { address, asn }) =>
        this.#emit({ kind: "established", peer: address, asn, holdTime, families: families.map(familyName) }),
      onDown: ({ reason, cause, notification }, { address }) =>
        this.#emit({
          kind: "down",
          peer: address,
          reason,
          cause,
          ...(notification && { notification: inWords(notification) }),
        }),
      onRoutesSent: (sent, { address }) => this.#emit({ kind: "sent", peer: address, ...sent }),
      // Routes that cannot be sent to this peer; its snapshot says which, and why.
      onError: (error, peer) => {
        console.error(`${peer.address}: ${error.message}`);
        for (const { prefix, reason } of peer.snapshot().routes.refused)
          this.#emit({ kind: "refused", peer: peer.address, prefix, message: reason });
      },
    };
  }

  /** In order, and never from inside a call of this port. */
  #emit(event: PeerEvent): void {
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(event);
    });
  }
}

/** Without the octets. */
function inWords({ code, subcode, text, direction }: NotificationText): NotificationText {
  return { code, subcode, text, direction };
}
