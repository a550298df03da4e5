import { attributesFor } from "../ecmp/attributes.ts";
import { fingerprint } from "../ecmp/fingerprint.ts";
import { withoutZone } from "../intent/address.ts";
import type { PeerEvent } from "../ports.ts";
import { announceCauses } from "./causes.ts";
import type { LoopContext } from "./context.ts";
import type { Reconciler } from "./reconciler.ts";
import type { VipEntry } from "./vip-entry.ts";

/** Follows the peers: reports them as events, remembers which routes each was sent, and gives a new one what is announced. */
export class PeerWatch {
  readonly #context: LoopContext;
  readonly #reconciler: Reconciler;
  readonly #sent = new Map<string, Set<string>>();
  #known: ReadonlySet<string> = new Set();
  #internal: ReadonlyMap<string, boolean> = new Map();
  #end: (() => void) | null = null;

  constructor(context: LoopContext, reconciler: Reconciler) {
    this.#context = context;
    this.#reconciler = reconciler;
  }

  start(): void {
    this.#end = this.#context.ports.routes.onPeer((event) => this.#onEvent(event));
    this.#refresh();
  }

  stop(): void {
    this.#end?.();
  }

  /** Whether the route was sent on the peer's present session, and not withdrawn since. */
  sent(peer: string, prefix: string): boolean {
    return this.#sent.get(peer)?.has(prefix) === true;
  }

  /** Returns whether the peer is one that what is announced has not been offered to yet. */
  #refresh(peer?: string): boolean {
    const peers = this.#context.ports.routes.peers();
    const known = this.#known;
    this.#known = new Set(peers.map(({ address, asn, internal }) => `${address} ${asn} ${internal}`));
    this.#internal = new Map(peers.map(({ address, internal }) => [address, internal]));
    this.#reconciler.setPeers(peers.map(({ address }) => withoutZone(address)));
    return peers.some(({ address, asn, internal }) => address === peer && !known.has(`${address} ${asn} ${internal}`));
  }

  #onEvent(event: PeerEvent): void {
    const { hub } = this.#context;
    const { peer } = event;
    switch (event.kind) {
      case "added":
        if (this.#refresh(peer)) this.#offerAll();
        this.#reconciler.touchAll();
        return;
      case "removed":
        this.#sent.delete(peer);
        this.#refresh();
        // One that is back already is another peer, whose routes are gone: its `added` follows.
        this.#known = new Set([...this.#known].filter((known) => !known.startsWith(`${peer} `)));
        this.#reconciler.touchAll();
        return;
      case "connecting":
        hub.emit({ event: "peer.connecting", peer }, []);
        return;
      case "established": {
        this.#sent.set(peer, new Set());
        const { asn, holdTime, families } = event;
        hub.emit({ event: "peer.established", peer, asn, holdTime, families }, []);
        return;
      }
      case "down": {
        this.#sent.delete(peer);
        const { reason, cause, notification } = event;
        hub.emit({ event: "peer.down", peer, reason, ...(notification === undefined ? {} : { notification }) }, [
          cause,
        ]);
        return;
      }
      case "sent":
        this.#onSent(peer, event.announced, event.withdrawn);
        return;
      case "refused": {
        const { prefix, message } = event;
        this.#reconciler.entries.get(prefix)?.refusedBy.set(peer, message);
        this.#context.logger.warn({ peer, vip: prefix }, `the route cannot be sent to this peer: ${message}`);
        return;
      }
      default:
        event satisfies never;
    }
  }

  #onSent(peer: string, announced: readonly string[], withdrawn: readonly string[]): void {
    const { hub, clock } = this.#context;
    const sent = this.#sent.get(peer) ?? new Set();
    this.#sent.set(peer, sent);
    for (const vip of withdrawn) {
      sent.delete(vip);
      const withdrawal = this.#reconciler.entries.get(vip)?.withdrawal;
      hub.emit(
        { event: "vip.withdrawn", vip, peer, reason: withdrawal?.reason ?? "removed" },
        withdrawal?.causes ?? [],
      );
    }
    for (const vip of announced) {
      sent.add(vip);
      const entry = this.#reconciler.entries.get(vip);
      const print = entry === undefined ? null : this.#fingerprint(entry, peer);
      hub.emit(
        { event: "vip.announced", vip, peer, ...(print === null ? {} : { fingerprint: print }) },
        announceCauses(entry, clock.now()),
      );
    }
  }

  #offerAll(): void {
    const { outbox } = this.#context;
    outbox.enter();
    for (const entry of this.#reconciler.entries.values())
      if (entry.announced !== null) outbox.announce(entry.vip, entry.announced);
    outbox.leave();
  }

  #fingerprint({ vip, announced }: VipEntry, peer: string): string | null {
    const internal = this.#internal.get(peer);
    return internal === undefined || announced === null
      ? null
      : fingerprint(attributesFor(vip, { internal }, announced));
  }
}
