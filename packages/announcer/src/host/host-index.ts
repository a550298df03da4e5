import { type Network, networkOf } from "../intent/address.ts";
import type { Binding, HostAddress, HostLink, HostState, LedgerEntry } from "../ports.ts";

/**
 * What the host has, kept current from kernel events and from our own operations, and searchable by address.
 *
 * The kernel's news about our own operations arrives after the operation itself. So the index takes over the outcome of `bind` and `unbind` at
 * once, and uses that the kernel reports in order: as long as the news of our own bind is outstanding, a removal of the same
 * address belongs to an earlier life of it and is not believed, unless news was lost.
 */
export class HostIndex {
  readonly #byKey = new Map<string, HostAddress>();
  readonly #byAddress = new Map<string, Set<HostAddress>>();
  /** Addresses of others that make a subnet on-link. */
  readonly #subnets = new Map<string, Subnet>();
  readonly #links = new Map<string, HostLink>();
  readonly #awaited = new Map<string, OwnBind[]>();
  /** Changes since a dump began, replayed over it; null when none is under way. */
  #log: ((index: HostIndex) => void)[] | null = null;
  #marksReliable = false;
  #newsLost = false;
  /** The same, since a dump began. */
  #lostSinceDump = false;

  /** False when the kernel keeps no marks, or nothing has been observed yet: then ownership rests on the ledger. */
  get marksReliable(): boolean {
    return this.#marksReliable;
  }

  get addresses(): IterableIterator<HostAddress> {
    return this.#byKey.values();
  }

  /** Everything with this address, whatever its length and interface. */
  at(address: string): readonly HostAddress[] {
    const found = this.#byAddress.get(address);
    return found === undefined ? [] : [...found];
  }

  get(key: string): HostAddress | undefined {
    return this.#byKey.get(key);
  }

  /** The kernel has not reported yet what our bind has added. */
  awaits(key: string): boolean {
    return this.#awaited.get(key)?.some(({ seen, resolved }) => resolved && !seen) === true;
  }

  link(name: string): HostLink | undefined {
    return this.#links.get(name);
  }

  /** Interface addresses shorter than a full length, except link-local ones. */
  get subnets(): Iterable<Subnet> {
    return this.#subnets.values();
  }

  /** News was lost: until a dump that begins from now on, what is heard need not be all. */
  newsLost(): void {
    this.#newsLost = true;
    this.#lostSinceDump = true;
  }

  /** Call before `observe`: changes from now on are newer than what it may return. */
  beginDump(): void {
    this.#log = [];
    this.#lostSinceDump = false;
  }

  /** The dump failed: what was known stays. */
  abandonDump(): void {
    this.#log = null;
  }

  /** Takes a dump over and replays what happened meanwhile. */
  finishDump(state: HostState): void {
    const log = this.#log ?? [];
    this.#log = null;
    this.#newsLost = this.#lostSinceDump;
    this.#byKey.clear();
    this.#byAddress.clear();
    this.#subnets.clear();
    this.#links.clear();
    // News of binds may be among what was lost. One that is under way is followed to its end all the same: its address may go again before that.
    for (const [key, binds] of [...this.#awaited]) {
      const left = binds.filter(({ resolved }) => !resolved);
      for (const own of left) own.dumped = true;
      if (left.length === 0) this.#awaited.delete(key);
      else this.#awaited.set(key, left);
    }
    for (const address of state.addresses) this.#put(address);
    for (const link of state.links) this.#links.set(link.name, link);
    this.#marksReliable = state.addresses.length > 0 && state.addresses.every(({ mark }) => mark !== "unknown");
    for (const change of log) change(this);
  }

  /** The kernel says an address came. Returns false when that is no news. */
  added(address: HostAddress): boolean {
    const key = keyOf(address);
    // One with somebody else's mark is not what our own bind adds.
    const own = address.mark === "other" ? undefined : this.#awaited.get(key)?.find((bind) => !bind.seen);
    if (own !== undefined) {
      own.seen = true;
      own.address = address;
      // Whatever was removed so far was an earlier life of it.
      own.removedAgain = false;
      if (own.resolved) this.#forgetBind(key, own);
      return false;
    }
    const known = this.#byKey.get(key);
    this.#change((index) => index.#put(address));
    return known === undefined || known.mark !== address.mark;
  }

  /** The kernel says an address went. Returns false when it was gone already, or the news is older than our own bind. */
  removed(address: HostAddress): boolean {
    const key = keyOf(address);
    const binds = address.mark === "other" ? undefined : this.#awaited.get(key);
    const unseen = (binds ?? []).filter(({ seen, dumped }) => !seen && !dumped);
    if (unseen.length > 0 && !this.#newsLost) return false;
    // The news of our bind may be among what was lost, and this be its end. If it is older than that after all, what follows says that the address is there.
    for (const own of unseen) if (own.resolved) this.#forgetBind(key, own);
    const underWay = binds?.at(-1);
    if (underWay !== undefined && !underWay.resolved) underWay.removedAgain = true;
    const known = this.#byKey.has(key);
    // One that is not known may be in the dump that is under way.
    this.#change((index) => index.#delete(key));
    return known;
  }

  linkChanged(link: HostLink): boolean {
    const before = this.#links.get(link.name);
    this.#change((index) => index.#links.set(link.name, link));
    return before?.up !== link.up;
  }

  /** Whatever stood on it is gone as well: the kernel says so of addresses, and not of routes. */
  linkRemoved(name: string): void {
    this.#change((index) => {
      index.#links.delete(name);
      for (const [key, address] of [...index.#byKey]) if (address.interface === name) index.#delete(key);
    });
  }

  /**
   * Call before `AddressPort.bind`; the returned functions tell how it ended. `done` returns false where only another look at the host can say whether the
   * address is there.
   */
  beginBind(binding: Binding): { done: () => boolean; failed: () => void } {
    const key = keyOf(binding);
    const own: OwnBind = {
      seen: false,
      dumped: false,
      address: null,
      resolved: false,
      removedAgain: false,
    };
    const binds = this.#awaited.get(key);
    if (binds === undefined) this.#awaited.set(key, [own]);
    else binds.push(own);
    return {
      done: (): boolean => {
        own.resolved = true;
        if (own.seen || own.dumped) this.#forgetBind(key, own);
        // Where a dump was taken over meanwhile and nothing was reported, the dump may be older than the bind, or newer than the end of what it has bound.
        if (own.dumped && !own.seen) return this.#byKey.has(key);
        if (own.removedAgain) return own.seen;
        const { address, prefixLength, interface: name, kind } = binding;
        const mark = this.#marksReliable ? "ours" : "unknown";
        this.#change((index) => index.#put({ address, prefixLength, interface: name, kind, mark, scope: "host" }));
        return true;
      },
      failed: (): void => {
        this.#forgetBind(key, own);
        // Somebody else added it meanwhile, or the port has failed after the kernel had done it: what was reported is there.
        const { address } = own;
        if (address !== null && !own.removedAgain) this.#change((index) => index.#put(address));
      },
    };
  }

  /** `AddressPort.unbind` succeeded. */
  unbound(binding: Binding): void {
    const key = keyOf(binding);
    this.#change((index) => index.#delete(key));
  }

  #forgetBind(key: string, own: OwnBind): void {
    const left = (this.#awaited.get(key) ?? []).filter((bind) => bind !== own);
    if (left.length === 0) this.#awaited.delete(key);
    else this.#awaited.set(key, left);
  }

  #change(change: (index: HostIndex) => void): void {
    this.#log?.push(change);
    change(this);
  }

  #put(address: HostAddress): void {
    const key = keyOf(address);
    this.#delete(key);
    this.#byKey.set(key, address);
    const same = this.#byAddress.get(address.address);
    if (same === undefined) this.#byAddress.set(address.address, new Set([address]));
    else same.add(address);
    const subnet = subnetOf(address);
    if (subnet !== null) this.#subnets.set(key, subnet);
  }

  #delete(key: string): void {
    const address = this.#byKey.get(key);
    if (address === undefined) return;
    this.#byKey.delete(key);
    this.#subnets.delete(key);
    const same = this.#byAddress.get(address.address);
    same?.delete(address);
    if (same?.size === 0) this.#byAddress.delete(address.address);
  }
}

interface OwnBind {
  /** The kernel has reported it. */
  seen: boolean;
  /** A dump was taken over while it was under way: its news may have been lost. */
  dumped: boolean;
  /** What the kernel has reported. */
  address: HostAddress | null;
  /** `bind` has resolved. */
  resolved: boolean;
  /** Reported and reported as removed before `bind` resolved. */
  removedAgain: boolean;
}

/** What tells one bound thing from another. */
export function keyOf(thing: {
  kind: "address" | "route";
  address: string;
  prefixLength: number;
  interface: string;
}): string {
  return `${thing.kind} ${thing.address}/${thing.prefixLength} ${thing.interface}`;
}

/** The key under which an entry of the ledger is kept. */
export function ledgerKey(entry: LedgerEntry): string {
  return `${entry.prefix} ${entry.interface}`;
}

/** A subnet that an address of the host puts on-link. */
export interface Subnet extends Network {
  readonly address: HostAddress;
}

/** The subnet that this host address puts on-link; null when it is a host route, link-local, or a `local` route. */
export function subnetOf(address: HostAddress): Subnet | null {
  const full = address.address.includes(":") ? 128 : 32;
  if (address.kind !== "address" || address.prefixLength >= full || address.scope === "link") return null;
  const network = networkOf(address.address, address.prefixLength);
  return network === null ? null : { ...network, address };
}

/** Whether an address is ours to remove: its mark says so, or, where the kernel keeps no marks, the ledger does. */
export function isOurs(address: HostAddress, inLedger: (key: string) => boolean): boolean {
  switch (address.mark) {
    case "ours":
      return true;
    case "other":
      return false;
    case "unknown":
      return inLedger(
        ledgerKey({ prefix: `${address.address}/${address.prefixLength}`, interface: address.interface }),
      );
    default:
      return address.mark satisfies never;
  }
}
