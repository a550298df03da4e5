import type { PeerEvent, RouteAnnouncement, RouteAttributes, RoutePeer, RoutePort } from "../../src/ports.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** Peers in memory with an Adj-RIB-Out each. */
export class FakeRoutes implements RoutePort {
  readonly rib: Map<string, Map<string, RouteAttributes>> = new Map();
  readonly log: string[] = [];
  /** Withdrawals that were asked for and not handed over yet. */
  readonly inFlight: Map<string, number> = new Map();
  handOverMs = 0;
  /** A killed process hands nothing over: its sessions ended with it. */
  life = 0;
  /** Withdrawals are handed over only when this resolves. */
  gate: Promise<void> | null = null;
  /** When the last withdrawal of a prefix was handed over. */
  readonly handedOverAt: Map<string, number> = new Map();
  onAnnounce: (prefix: string) => void = () => {};
  /** Makes `announce` throw for a prefix. */
  refuse: (prefix: string, peer: string) => Error | null = () => null;
  /** What `siblings` answers. */
  others: readonly string[] | null = null;
  announceCalls = 0;
  withdrawCalls = 0;
  readonly #clock: VirtualClock;
  readonly #peers = new Map<string, RoutePeer>();
  readonly #listeners = new Set<(event: PeerEvent) => void>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  addPeer(address: string, internal = false): void {
    this.#peers.set(address, {
      address,
      asn: internal ? 65001 : 65000,
      internal,
      established: false,
      state: "Connect",
    });
    this.rib.set(address, new Map());
    this.#tell({ kind: "added", peer: address });
  }

  removePeer(address: string): void {
    this.#peers.delete(address);
    this.rib.delete(address);
    this.#tell({ kind: "removed", peer: address });
  }

  establish(address: string): void {
    this.#peers.set(address, { ...this.#peers.get(address)!, established: true, state: "Established" });
    this.#tell({ kind: "established", peer: address, asn: 65000, holdTime: 9, families: ["ipv4-unicast"] });
    const announced = [...(this.rib.get(address)?.keys() ?? [])];
    if (announced.length > 0) this.#tell({ kind: "sent", peer: address, announced, withdrawn: [] });
  }

  drop(address: string): void {
    this.#peers.set(address, {
      ...this.#peers.get(address)!,
      established: false,
      state: "Idle",
      lastDown: "the hold timer expired",
    });
    this.#tell({ kind: "down", peer: address, reason: "hold-timer-expired", cause: "nothing was heard for 9 s" });
  }

  /** Whether any peer would be sent the route. */
  announced(prefix: string): boolean {
    return [...this.rib.values()].some((routes) => routes.has(prefix));
  }

  attributes(prefix: string, peer = "10.0.0.254"): RouteAttributes | undefined {
    return this.rib.get(peer)?.get(prefix);
  }

  peers(): readonly RoutePeer[] {
    return [...this.#peers.values()];
  }

  announce(peer: string, routes: readonly RouteAnnouncement[]): void {
    this.announceCalls++;
    for (const { prefix } of routes) {
      const error = this.refuse(prefix, peer);
      if (error !== null) throw error;
    }
    const rib = this.rib.get(peer)!;
    for (const { prefix, attributes } of routes) {
      rib.set(prefix, attributes);
      this.log.push(`announce ${prefix} ${peer}`);
      this.onAnnounce(prefix);
    }
    if (this.#peers.get(peer)?.established === true)
      this.#tell({ kind: "sent", peer, announced: routes.map(({ prefix }) => prefix), withdrawn: [] });
  }

  async withdraw(prefixes: readonly string[]): Promise<void> {
    const { life } = this;
    this.withdrawCalls++;
    for (const prefix of prefixes) {
      this.log.push(`withdraw ${prefix}`);
      this.inFlight.set(prefix, (this.inFlight.get(prefix) ?? 0) + 1);
    }
    const told = [...this.rib].map(([peer, routes]) => ({
      peer,
      withdrawn: prefixes.filter((prefix) => routes.delete(prefix)),
    }));
    if (this.gate !== null) await this.gate;
    if (this.handOverMs > 0) await this.#clock.sleep(this.handOverMs);
    if (life !== this.life) return new Promise(() => {});
    for (const { peer, withdrawn } of told)
      if (withdrawn.length > 0 && this.#peers.get(peer)?.established === true)
        this.#tell({ kind: "sent", peer, announced: [], withdrawn });
    for (const prefix of prefixes) {
      this.handedOverAt.set(prefix, this.#clock.now());
      const left = (this.inFlight.get(prefix) ?? 1) - 1;
      if (left === 0) this.inFlight.delete(prefix);
      else this.inFlight.set(prefix, left);
    }
  }

  onPeer(listener: (event: PeerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  siblings(): readonly string[] | null {
    return this.others;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  #tell(event: PeerEvent): void {
    this.#clock.timer(() => {
      for (const listener of this.#listeners) listener(event);
    }, 0);
  }
}
