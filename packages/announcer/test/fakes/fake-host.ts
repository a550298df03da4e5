import { keyOf } from "../../src/host/host-index.ts";
import type { AddressPort, Binding, HostAddress, HostEvent, HostLink, HostState } from "../../src/ports.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** An error as a port rejects with. */
export function portError(code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code });
}

/** What happens before an operation takes effect: a delay in milliseconds, or a failure. */
export type Weather = (operation: string, what: string) => { delayMs: number; error?: Error };

/** A kernel in memory: addresses, links, and news about both, in order and a little late. */
export class FakeHost implements AddressPort {
  readonly addresses: Map<string, HostAddress> = new Map();
  readonly links: Map<string, HostLink> = new Map([["lo", { name: "lo", up: true }]]);
  readonly log: string[] = [];
  /** When an address went, for the invariant's window. */
  readonly goneAt: Map<string, number> = new Map();
  /** When an address came. */
  readonly cameAt: Map<string, number> = new Map();
  weather: Weather = () => ({ delayMs: 0 });
  /** News takes so long. */
  eventDelayMs = 0;
  /** News is lost: the test must say `resync`. */
  deaf = false;
  /** A killed process asks for nothing more: what it had begun ends here. */
  life = 0;
  marks: "kept" | "unknown" = "kept";
  /** A dump taken while news was not lost has been handed over. */
  onObserved: () => void = () => {};
  /** What answers only when this resolves, whatever the weather. */
  gate: Promise<void> | null = null;
  /** Something has changed. */
  onChange: () => void = () => {};
  /** Two operations for one prefix at the same time. */
  onOverlap: (prefix: string) => void = () => {};
  /** `elsewhere`: when it was asked for, the prefix was bound in another place too, as far as the asker could know. */
  onUnbind: (binding: Binding, elsewhere: boolean) => void = () => {};
  onForeignUnbind: (binding: Binding) => void = (binding) => {
    throw new Error(`${binding.prefix} on ${binding.interface} is not ours and was removed`);
  };
  readonly #clock: VirtualClock;
  readonly #listeners = new Set<(event: HostEvent) => void>();
  /** Ours in truth, whatever marks say. */
  readonly #ours = new Set<string>();
  readonly #busy = new Set<string>();
  #resyncs = 0;
  /** Where a prefix was removed and the listeners do not know yet, `prefix place`, with how often news of that is under way. */
  readonly #untold = new Map<string, number>();
  /** The same, where the news was lost: the next look at the host tells. */
  readonly #lost = new Set<string>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.put("127.0.0.1", 8, "lo", "host");
    this.put("::1", 128, "lo", "host");
  }

  /** Somebody else adds an address. */
  put(
    address: string,
    prefixLength: number,
    name = "lo",
    scope: HostAddress["scope"] = "global",
    kind: "address" | "route" = "address",
  ): void {
    if (!this.links.has(name)) this.links.set(name, { name, up: true });
    const mark = this.marks === "kept" ? "other" : "unknown";
    this.#add({ address, prefixLength, interface: name, scope, kind, mark });
  }

  /** An earlier life of ours left this. */
  leave(address: string, prefixLength: number, name = "lo"): void {
    const left: HostAddress = {
      address,
      prefixLength,
      interface: name,
      scope: "host",
      kind: "address",
      mark: this.marks === "kept" ? "ours" : "unknown",
    };
    this.#ours.add(keyOf(left));
    this.#add(left);
  }

  /** Somebody removes an address, ours or not. Returns false when it is not there. */
  take(prefix: string, name = "lo", kind: "address" | "route" = "address"): boolean {
    const [address = "", length = ""] = prefix.split("/");
    return this.#remove(keyOf({ kind, address, prefixLength: Number(length), interface: name }));
  }

  setLink(name: string, up: boolean): void {
    const link = { name, up };
    this.links.set(name, link);
    // The kernel's order: the link, then the IPv6 addresses that went with it.
    this.#tell({ kind: "link", link });
    for (const address of [...this.addresses.values()])
      if (!up && address.interface === name && address.address.includes(":")) this.#remove(keyOf(address));
  }

  resync(): void {
    this.#resyncs++;
    this.#tell({ kind: "resync" }, true);
  }

  has(prefix: string, name = "lo"): boolean {
    const [address = "", length = ""] = prefix.split("/");
    const prefixLength = Number(length);
    return (["address", "route"] as const).some((kind) =>
      this.addresses.has(keyOf({ kind, address, prefixLength, interface: name })),
    );
  }

  isOurs(prefix: string, name = "lo"): boolean {
    const [address = "", length = ""] = prefix.split("/");
    return (["address", "route"] as const).some((kind) =>
      this.#ours.has(keyOf({ kind, address, prefixLength: Number(length), interface: name })),
    );
  }

  async observe(): Promise<HostState> {
    const { life } = this;
    const asked = this.#resyncs;
    await this.#pass("observe", "");
    const state = { addresses: [...this.addresses.values()], links: [...this.links.values()] };
    const heard = !this.deaf;
    const lost = [...this.#lost];
    await this.#pass("observed", "");
    if (life !== this.life) return new Promise(() => {});
    // Told meanwhile that news was lost, one has to look again.
    if (heard && asked === this.#resyncs) this.onObserved();
    const { links } = state;
    const told = (): void => {
      for (const where of lost) this.#lost.delete(where);
    };
    return {
      // Whoever asked knows it when it is read and not before: promises are handed on meanwhile, and something may be unbound at that very moment.
      get addresses(): readonly HostAddress[] {
        told();
        return state.addresses;
      },
      links,
    };
  }

  bind(binding: Binding): Promise<void> {
    return this.#alone(binding, () => this.#bind(binding));
  }

  unbind(binding: Binding): Promise<void> {
    // What is asked for is judged by what whoever asks could know at that moment.
    const elsewhere = this.#seemsElsewhere(binding);
    const foreign = this.#seemsForeign(binding);
    return this.#alone(binding, () => this.#unbind(binding, elsewhere, foreign));
  }

  /** Somebody else has it. A rival that takes ours and adds its own before that was told cannot be foreseen: the kernel removes by address alone. */
  #seemsForeign(binding: Binding): boolean {
    const key = keyOf(binding);
    return !this.#isUntold(binding.prefix, binding.interface) && this.addresses.has(key) && !this.#ours.has(key);
  }

  /** The prefix has another place as well, or had it until a removal that nobody was told of yet. */
  #seemsElsewhere({ prefix, interface: name }: Binding): boolean {
    return [...this.links.keys()].some(
      (place) => place !== name && (this.has(prefix, place) || this.#isUntold(prefix, place)),
    );
  }

  async #alone({ prefix }: Binding, operation: () => Promise<void>): Promise<void> {
    const key = `${this.life} ${prefix}`;
    if (this.#busy.has(key)) this.onOverlap(prefix);
    this.#busy.add(key);
    try {
      await operation();
    } finally {
      this.#busy.delete(key);
    }
  }

  async #bind(binding: Binding): Promise<void> {
    const { life } = this;
    await this.#pass("bind", binding.prefix);
    if (life !== this.life) return new Promise(() => {});
    if (this.addresses.has(keyOf(binding))) throw portError("EEXIST", "ipv4: Address already assigned");
    this.log.push(`bind ${binding.prefix}`);
    const { address, prefixLength, interface: name, kind } = binding;
    this.#ours.add(keyOf(binding));
    this.#add({
      address,
      prefixLength,
      interface: name,
      kind,
      scope: "host",
      mark: this.marks === "kept" ? "ours" : "unknown",
    });
    await this.#pass("bound", binding.prefix);
  }

  async #unbind(binding: Binding, elsewhere: boolean, foreign: boolean): Promise<void> {
    const { life } = this;
    await this.#pass("unbind", binding.prefix);
    if (life !== this.life) return new Promise(() => {});
    const key = keyOf(binding);
    if (foreign && this.addresses.has(key) && !this.#ours.has(key)) this.onForeignUnbind(binding);
    this.onUnbind(binding, elsewhere);
    this.log.push(`unbind ${binding.prefix}`);
    this.#remove(key);
    await this.#pass("unbound", binding.prefix);
  }

  watch(listener: (event: HostEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async #pass(operation: string, what: string): Promise<void> {
    if (this.gate !== null) await this.gate;
    const { delayMs, error } = this.weather(operation, what);
    if (delayMs > 0) await this.#clock.sleep(delayMs);
    if (error !== undefined) throw error;
  }

  #add(address: HostAddress): void {
    this.addresses.set(keyOf(address), address);
    this.goneAt.delete(keyOf(address));
    this.cameAt.set(keyOf(address), this.#clock.now());
    this.#tell({ kind: "address-added", address });
  }

  #remove(key: string): boolean {
    const address = this.addresses.get(key);
    if (address === undefined) return false;
    this.addresses.delete(key);
    this.#ours.delete(key);
    this.goneAt.set(key, this.#clock.now());
    this.#tell({ kind: "address-removed", address });
    return true;
  }

  #tell(event: HostEvent, anyway = false): void {
    this.onChange();
    const removed = event.kind === "address-removed" ? event.address : null;
    const where = removed === null ? null : `${removed.address}/${removed.prefixLength} ${removed.interface}`;
    if (this.deaf && !anyway) {
      if (where !== null) this.#lost.add(where);
      return;
    }
    if (where !== null) this.#untold.set(where, (this.#untold.get(where) ?? 0) + 1);
    // A socket has news from when it was opened on, and none of before.
    const hearers = [...this.#listeners];
    this.#clock.timer(() => {
      for (const listener of hearers) if (this.#listeners.has(listener)) listener(event);
      if (where !== null) this.#told(where);
    }, this.eventDelayMs);
  }

  #isUntold(prefix: string, place: string): boolean {
    const where = `${prefix} ${place}`;
    return this.#untold.has(where) || this.#lost.has(where);
  }

  #told(where: string): void {
    const left = (this.#untold.get(where) ?? 1) - 1;
    if (left === 0) this.#untold.delete(where);
    else this.#untold.set(where, left);
  }
}
