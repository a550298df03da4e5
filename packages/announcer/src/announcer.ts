import { DrainBook } from "./drain/drain-book.ts";
import { isWeight, MAX_WEIGHT, MIN_WEIGHT } from "./ecmp/bit-rate.ts";
import { identify } from "./ecmp/node-identity.ts";
import type { AnnouncerEvent, EventBody } from "./events.ts";
import type { GivenHealth } from "./health/health.ts";
import { HostIndex } from "./host/host-index.ts";
import { parsePrefix } from "./intent/address.ts";
import type { DesiredVip } from "./intent/desired-vip.ts";
import type { LoopContext } from "./loop/context.ts";
import { silence } from "./loop/context.ts";
import { Drains } from "./loop/drains.ts";
import { EventHub, type EventsOptions } from "./loop/event-hub.ts";
import { type Explanation, explainEntry, explainUnknown } from "./loop/explain.ts";
import { explainHealth } from "./loop/explain-health.ts";
import { HealthWatch } from "./loop/health-watch.ts";
import { LedgerBook } from "./loop/ledger-book.ts";
import { Observer } from "./loop/observer.ts";
import { Outbox } from "./loop/outbox.ts";
import { PeerWatch } from "./loop/peer-watch.ts";
import { Reconciler } from "./loop/reconciler.ts";
import { systemClock } from "./loop/system-clock.ts";
import { takeAway } from "./loop/take-away.ts";
import { Turns } from "./loop/turns.ts";
import type { VipEntry } from "./loop/vip-entry.ts";
import { askWeight, followIntent, weightOf } from "./loop/weights.ts";
import { completePolicy, type Policy } from "./policy.ts";
import type { Clock, Ports } from "./ports.ts";

/** What an {@link Announcer} is made of. */
export interface AnnouncerOptions {
  readonly ports: Ports;
  /** What is absent is the default's, see `defaultPolicy`. Bad values throw a `RangeError` that names the field. */
  readonly policy?: Partial<Policy>;
  /** Default: `performance.now()`, `Date` and `setTimeout`. */
  readonly clock?: Clock;
}

/** A change of the intent. */
export interface IntentChange {
  /** Added, or replacing the VIP of the same prefix. */
  readonly set?: Iterable<DesiredVip>;
  /** Prefixes in normal form; one that is not there is ignored. */
  readonly remove?: Iterable<string>;
}

/** How {@link Announcer.close} or {@link Announcer.leave} ended. */
export interface CloseResult {
  /** False when the stop timeout came first; the withdrawals were asked for all the same. */
  readonly complete: boolean;
  /** VIPs whose address may still be bound; the next start takes them away. */
  readonly left: readonly string[];
}

/** How long {@link Announcer.leave} waits for the disk: the kernel's marks tell most of what the ledger would. */
const ledgerPatienceMs = 1000;

/**
 * Keeps VIPs bound and announced as long as they are wanted: desired state in, bound addresses and routes out. It keeps one
 * invariant: a route is announced exactly while its address is there, healthy and not drained.
 */
export class Announcer {
  readonly #context: LoopContext;
  readonly #reconciler: Reconciler;
  readonly #observer: Observer;
  readonly #peers: PeerWatch;
  readonly #health: HealthWatch;
  readonly #drains: Drains;
  #started: Promise<void> | null = null;
  #intentGiven = false;
  #closing: Promise<CloseResult> | null = null;

  constructor(options: AnnouncerOptions) {
    const { ports } = options;
    const clock = options.clock ?? systemClock;
    const observe = (): Promise<void> => this.#observer.observe();
    const policy = completePolicy(options.policy);
    const node = identify(policy.nodeCommunity, ports.routes.local);
    this.#context = {
      ports,
      clock,
      random: ports.random ?? Math.random,
      logger: ports.logger ?? silence,
      hub: new EventHub(clock),
      index: new HostIndex(),
      book: new LedgerBook(ports.ledger, clock),
      drains: new DrainBook(ports.drains),
      outbox: new Outbox(ports.routes, clock, node, (prefix, failures) =>
        this.#reconciler.routeOffered(prefix, failures),
      ),
      turns: new Turns(clock),
      policy,
      node,
      ledgerDown: false,
      hurry: false,
      observe,
    };
    this.#reconciler = new Reconciler(this.#context);
    this.#observer = new Observer(this.#context, this.#reconciler);
    this.#peers = new PeerWatch(this.#context, this.#reconciler);
    this.#health = new HealthWatch(this.#context, (entry) => this.#reconciler.touch(entry));
    this.#drains = new Drains(this.#context, this.#reconciler, (entry) => this.#attend(entry));
  }

  /**
   * Loads the ledger, observes the host and follows its events. Resolves when the host has been observed once; where that fails it is tried
   * again with backoff, and logged, until it succeeds. Nothing is changed before an intent is given.
   */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /**
   * Changes parts of the policy; what is not said stays. A wait that is under way keeps its length. Throws a `RangeError` for a value out of range, and
   * changes nothing then.
   */
  setPolicy(change: Partial<Policy>): void {
    this.#context.policy = completePolicy({ ...this.#context.policy, ...change });
    this.#reconciler.touchAll();
  }

  /** Replaces the whole intent; linear in it. VIPs that are equal are not touched, those that are missing are drained and taken away. */
  set(desired: Iterable<DesiredVip>): void {
    const wanted = new Map<string, DesiredVip>();
    for (const vip of desired) wanted.set(vip.prefix, vip);
    const remove: string[] = [];
    for (const [prefix, entry] of this.#reconciler.entries)
      if (!wanted.has(prefix) && entry.goal !== "remove") remove.push(prefix);
    this.apply({ set: wanted.values(), remove });
  }

  /** Changes some VIPs; costs what changes. A prefix in both lists is set. Ignored once closing. */
  apply(change: IntentChange): void {
    if (this.#closing !== null) return;
    this.#intentGiven = true;
    const { outbox } = this.#context;
    outbox.enter();
    // What is iterated is the caller's, and may throw: what came before that holds, and is sent.
    try {
      const kept = new Set<string>();
      for (const vip of change.set ?? []) {
        kept.add(vip.prefix);
        this.#setOne(vip);
      }
      for (const prefix of change.remove ?? []) {
        const entry = kept.has(prefix) ? undefined : this.#reconciler.entries.get(prefix);
        if (entry === undefined || entry.goal === "remove") continue;
        entry.goal = "remove";
        this.#attend(entry);
      }
    } finally {
      outbox.leave();
      this.#enable();
    }
  }

  /**
   * Takes a VIP out of service without removing it from the intent: worst preference for its drain time, then withdrawn, then unbound. It stays
   * so, over restarts too where there is a `DrainPort`, until it is undrained. Resolves when that is done. An abort of `signal` undrains it and rejects with the signal's reason. Rejects with a `RangeError` when the VIP is not in the intent,
   * with a {@link DrainNotKeptError} when it is drained and that could not be written down.
   */
  async drain(vip: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const entry = this.#find(vip);
    if (entry === undefined || entry.goal === "remove")
      throw new RangeError(`${vip} is not in the intent: name one of ${this.#names()}`);
    const { signal } = options;
    signal?.throwIfAborted();
    const onAbort = (): void => {
      this.undrain(vip);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await this.#drains.drain(entry);
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
    signal?.throwIfAborted();
  }

  /**
   * Puts a drained VIP back into service, at whatever step its drain was; one that is not in the intent is announced when it comes. Returns false
   * when it was not drained, or the whole node is.
   */
  undrain(vip: string): boolean {
    const parsed = parsePrefix(vip);
    return parsed !== null && this.#drains.undrain(`${parsed.address}/${parsed.prefixLength}`);
  }

  /**
   * Takes every VIP out of service, those that join the intent later too, until {@link Announcer.undrainAll}. Resolves and rejects as
   * {@link Announcer.drain} does.
   */
  drainAll(): Promise<void> {
    return this.#drains.drainNode();
  }

  /** Ends every drain, of the node and of single VIPs. */
  undrainAll(): void {
    this.#drains.undrainNode();
  }

  /** The whole node is drained. */
  get drained(): boolean {
    return this.#context.drains.node;
  }

  /**
   * Takes the verdict of somebody who knows the service. It holds until the next one, and with `ttlMs` (milliseconds, up to a day) counts as `unhealthy` when
   * that is over without another: silence is failure. `cause` says why, for events and `explain`. Returns false when the VIP is not in the intent.
   * Throws a `RangeError` for a time to live that is not a number above 0.
   */
  setHealth(vip: string, health: GivenHealth, ttlMs?: number, cause?: string): boolean {
    const entry = this.#find(vip);
    if (entry === undefined || entry.goal === "remove" || entry.goal === "stop") return false;
    this.#health.push(entry, health, ttlMs ?? null, cause ?? `it was reported ${health}`);
    return true;
  }

  /**
   * Gives a VIP another weight than its intent, bits per second, rounded to two digits; null: the intent's again. It is announced when it differs
   * enough and long enough after the last change, see {@link WeightPolicy}: every change moves flows. Returns false when the VIP is not in the intent.
   * Throws a `RangeError` for what is no weight: a node without traffic is drained, not weighed with 0.
   */
  setWeight(vip: string, bitsPerSecond: number | null): boolean {
    if (bitsPerSecond !== null && !isWeight(bitsPerSecond))
      throw new RangeError(`the weight is ${bitsPerSecond}: write bits per second, ${MIN_WEIGHT}..${MAX_WEIGHT}`);
    const entry = this.#find(vip);
    if (entry === undefined || entry.goal === "remove" || entry.goal === "stop") return false;
    askWeight(entry, bitsPerSecond, this.#context, (changed) => this.#reconciler.touch(changed));
    return true;
  }

  /**
   * Ends the hold-downs of a VIP, those for its health and those for an address that others keep removing, and forgets what led to them. Returns whether there
   * was one.
   */
  resetDamping(vip: string): boolean {
    const entry = this.#find(vip);
    if (entry === undefined) return false;
    const held = entry.damping.reset(this.#context.clock.now());
    const heldForHealth = entry.health?.resetDamping() ?? false;
    this.#reconciler.touch(entry);
    return held || heldForHealth;
  }

  /** Why a VIP is or is not announced, per peer, in words. */
  explain(vip: string): Explanation {
    const entry = this.#find(vip);
    return entry === undefined ? explainUnknown(vip) : this.#explain(entry);
  }

  /** Every VIP that is in the intent or on its way out, in no order. */
  vips(): readonly Explanation[] {
    return [...this.#reconciler.entries.values()].map((entry) => this.#explain(entry));
  }

  /** Subscribes at the call. The iteration is bounded, see {@link EventsOptions}, and ends on `return`, on the signal and when the announcer is closed. */
  events(options: EventsOptions = {}): AsyncIterableIterator<AnnouncerEvent> {
    return this.#context.hub.subscribe(options);
  }

  /** Puts an event of the embedding program (a reload, for example) into the same stream. */
  report(event: EventBody, causes: readonly string[] = []): void {
    this.#context.hub.emit(event, causes);
  }

  /** Resolves when there is nothing to do at this moment; what waits for a retry or a hold-down does not count. */
  idle(): Promise<void> {
    return this.#reconciler.idle();
  }

  /**
   * Drains, withdraws, waits and unbinds everything, within the stop timeout of the policy. Called again while that is under way, it skips what is
   * left of the drain, not the withdrawal. Never rejects.
   */
  close(): Promise<CloseResult> {
    if (this.#closing === null) this.#closing = this.#close();
    else this.#reconciler.skipDrains();
    return this.#closing;
  }

  /**
   * Ends without taking anything away: addresses stay bound and routes announced, for the process that goes on with them. Resolves when what is ours is
   * written down, or could not be. After {@link Announcer.close} it is that. Never rejects.
   */
  leave(): Promise<CloseResult> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #start(): Promise<void> {
    const { logger, index } = this.#context;
    this.#peers.start();
    await this.#drains.load();
    await this.#observer.start();
    logger.debug({ marks: index.marksReliable }, "the host has been observed");
    this.#enable();
  }

  #enable(): void {
    if (this.#intentGiven && this.#observer.ready) this.#reconciler.enable();
  }

  #setOne(vip: DesiredVip): void {
    const entry = this.#reconciler.entries.get(vip.prefix);
    if (entry === undefined) {
      const added = this.#reconciler.add(vip, this.#goalOf(vip));
      this.#health.follow(added);
      this.#reconciler.touch(added);
      return;
    }
    const back = entry.goal === "remove";
    if (!back && sameVip(entry.vip, vip)) return;
    if (back) entry.goal = this.#goalOf(vip);
    if (entry.vip.interface !== vip.interface || entry.vip.bind !== vip.bind) {
      entry.lostAtMs = null;
      entry.reportedBound = false;
    }
    if (back && entry.announced === null) entry.health?.forgetPush();
    const weightBefore = entry.vip.weight;
    entry.vip = vip;
    if (vip.weight !== weightBefore) followIntent(entry);
    this.#health.follow(entry);
    this.#attend(entry);
  }

  #goalOf({ prefix }: DesiredVip): "serve" | "drain" {
    return this.#context.drains.has(prefix) ? "drain" : "serve";
  }

  /** The goal changed: what failed before is tried again now. */
  #attend(entry: VipEntry): void {
    entry.clearFailure();
    this.#reconciler.touch(entry);
  }

  #find(vip: string): VipEntry | undefined {
    const parsed = parsePrefix(vip);
    return parsed === null ? undefined : this.#reconciler.entries.get(`${parsed.address}/${parsed.prefixLength}`);
  }

  #names(): string {
    const names = [...this.#reconciler.entries.keys()];
    return names.length === 0
      ? "none, the intent is empty"
      : names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  }

  #explain(entry: VipEntry): Explanation {
    const { clock, policy, ports, node, drains, index } = this.#context;
    const nowMs = clock.now();
    return explainEntry(entry, this.#reconciler.view(entry), {
      next: this.#reconciler.steps(entry),
      node,
      drains,
      host: { unseen: this.#observer.unseen, hasLink: index.link(entry.vip.interface) !== undefined },
      form: entry.announced ?? { mode: "normal", weight: weightOf(entry) },
      peers: ports.routes.peers(),
      removals: entry.damping.count(nowMs, policy.damping),
      holdDownMs: entry.damping.remainingMs(nowMs),
      verdict: explainHealth(entry, nowMs, policy.healthDamping),
      sentTo: (peer) => this.#peers.sent(peer, entry.vip.prefix),
    });
  }

  async #close(): Promise<CloseResult> {
    const complete = await takeAway(this.#context, this.#reconciler, this.#observer, this.#intentGiven);
    return { complete, left: this.#end() };
  }

  async #leave(): Promise<CloseResult> {
    const { book, clock } = this.#context;
    this.#reconciler.stop();
    await Promise.race([book.written(), new Promise<void>((resolve) => clock.timer(resolve, ledgerPatienceMs))]);
    return { complete: true, left: this.#end() };
  }

  /** Nothing is looked after any more. Returns the VIPs whose address may still be bound. */
  #end(): readonly string[] {
    this.#observer.stop();
    this.#peers.stop();
    this.#drains.stop();
    const left = [...this.#reconciler.entries.values()]
      .filter((entry) => this.#reconciler.view(entry).owned.length > 0)
      .map(({ vip }) => vip.prefix);
    this.#reconciler.stop();
    this.#context.hub.close();
    return left;
  }
}

function sameVip(a: DesiredVip, b: DesiredVip): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
