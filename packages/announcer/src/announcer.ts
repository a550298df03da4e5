import { DrainBook } from "./drain/drain-book.ts";
import { isWeight, MAX_WEIGHT, MIN_WEIGHT } from "./ecmp/bit-rate.ts";
import { identify } from "./ecmp/node-identity.ts";
import type { AnnouncerEvent, EventBody } from "./events.ts";
import type { GivenHealth } from "./health/health.ts";
import { checkPush } from "./health/pushed.ts";
import { HostIndex } from "./host/host-index.ts";
import { parsePrefix } from "./intent/address.ts";
import type { DesiredVip } from "./intent/desired-vip.ts";
import { AnnouncerClosedError } from "./loop/closed-error.ts";
import type { LoopContext } from "./loop/context.ts";
import { silence } from "./loop/context.ts";
import { Drains } from "./loop/drains.ts";
import { EventHub, type EventsOptions } from "./loop/event-hub.ts";
import { type Explanation, explainEntry, explainUnknown } from "./loop/explain.ts";
import { explainHealth } from "./loop/explain-health.ts";
import { HealthWatch } from "./loop/health-watch.ts";
import { Intent, type IntentChange } from "./loop/intent.ts";
import { LedgerBook } from "./loop/ledger-book.ts";
import { Observer } from "./loop/observer.ts";
import { Outbox } from "./loop/outbox.ts";
import { PeerWatch } from "./loop/peer-watch.ts";
import { Reconciler } from "./loop/reconciler.ts";
import { type CloseResult, leave, shutDown, type WorkingParts } from "./loop/shutdown.ts";
import { systemClock } from "./loop/system-clock.ts";
import { Turns } from "./loop/turns.ts";
import type { VipEntry } from "./loop/vip-entry.ts";
import { askWeight, weightOf } from "./loop/weights.ts";
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
  readonly #intent: Intent;
  #started: Promise<void> | null = null;
  #closing: Promise<CloseResult> | null = null;

  constructor(options: AnnouncerOptions) {
    const { ports } = options;
    const clock = options.clock ?? systemClock;
    const observe = (): Promise<boolean> => this.#observer.observe();
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
    this.#drains = new Drains(this.#context, this.#reconciler);
    this.#intent = new Intent(this.#context, this.#reconciler, this.#health);
  }

  /**
   * Loads the ledger, observes the host and follows its events. Resolves when the host has been observed once; where that fails it is tried
   * again with backoff, and logged, until it succeeds; when it is closed before, that ends the wait. Nothing is changed before an intent is given.
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

  /** Replaces the whole intent; linear in it. VIPs that are equal are not touched, those that are missing are drained and taken away. Ignored once closing. */
  set(desired: Iterable<DesiredVip>): void {
    this.#change(() => this.#intent.set(desired));
  }

  /** Changes some VIPs; costs what changes. A prefix in both lists is set. Ignored once closing. */
  apply(change: IntentChange): void {
    this.#change(() => this.#intent.apply(change));
  }

  /**
   * Takes a VIP out of service without removing it from the intent: worst preference for its drain time, then withdrawn, then unbound. It stays
   * so, over restarts too where there is a `DrainPort`, until it is undrained. Resolves when that is done. An abort of `signal` undrains it and rejects with the signal's reason. Rejects with a `RangeError` when the VIP is not in the intent,
   * with a {@link DrainNotKeptError} when it is drained and that could not be written down, with an {@link AnnouncerClosedError} when {@link Announcer.close} was
   * called before (nothing is drained or written down then), or ran into its stop timeout first.
   */
  async drain(vip: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#refuseWhenClosing();
    const entry = this.#intent.findWanted(vip);
    if (entry === undefined) throw new RangeError(`${vip} is not in the intent: name one of ${this.#intent.names()}`);
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
   * when it was not drained, the whole node is, or the announcer is closed. While the disk has not said yet what was drained before the start, true: it is not, whatever that is.
   */
  undrain(vip: string): boolean {
    const parsed = parsePrefix(vip);
    return parsed !== null && this.#drains.undrain(`${parsed.address}/${parsed.prefixLength}`);
  }

  /**
   * Takes every VIP out of service, those that join the intent later too, until {@link Announcer.undrainAll}. Resolves and rejects as
   * {@link Announcer.drain} does.
   */
  async drainAll(): Promise<void> {
    this.#refuseWhenClosing();
    await this.#drains.drainNode();
  }

  /** Ends every drain, of the node and of single VIPs. Ignored when the announcer is closed. */
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
   * Throws a `RangeError` for a health that is none and for a time to live that is not a number above 0, whether the VIP is there or not.
   */
  setHealth(vip: string, health: GivenHealth, ttlMs?: number, cause?: string): boolean {
    checkPush(health, ttlMs ?? null, cause);
    const entry = this.#intent.findWanted(vip);
    if (entry === undefined) return false;
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
    const entry = this.#intent.findWanted(vip);
    if (entry === undefined) return false;
    askWeight(entry, bitsPerSecond, this.#context, (changed) => this.#reconciler.touch(changed));
    return true;
  }

  /**
   * Ends the hold-downs of a VIP, those for its health and those for an address that others keep removing, and forgets what led to them. Returns whether there
   * was one.
   */
  resetDamping(vip: string): boolean {
    const entry = this.#intent.find(vip);
    if (entry === undefined) return false;
    const held = entry.damping.reset(this.#context.clock.now());
    const heldForHealth = entry.health?.resetDamping() ?? false;
    this.#reconciler.touch(entry);
    return held || heldForHealth;
  }

  /** Why a VIP is or is not announced, per peer, in words. */
  explain(vip: string): Explanation {
    const entry = this.#intent.find(vip);
    return entry === undefined ? explainUnknown(vip) : this.#explain(entry);
  }

  /** Every VIP that is in the intent or on its way out, in no order. */
  vips(): readonly Explanation[] {
    return [...this.#reconciler.entries.values()].map((entry) => this.#explain(entry));
  }

  /** The prefixes of {@link Announcer.vips}, without the work of explaining each. */
  prefixes(): readonly string[] {
    return [...this.#reconciler.entries.keys()];
  }

  /** Subscribes at the call. The iteration is bounded, see {@link EventsOptions}, and ends on `return`, on the signal and when the announcer is closed. */
  events(options: EventsOptions = {}): AsyncIterableIterator<AnnouncerEvent> {
    return this.#context.hub.subscribe(options);
  }

  /** Puts an event of the embedding program (a reload, for example) into the same stream. */
  report(event: EventBody, causes: readonly string[] = []): void {
    this.#context.hub.emit(event, causes);
  }

  /**
   * Resolves when there is nothing to do at this moment; what waits for a retry or a hold-down does not count. Rejects with an {@link AnnouncerClosedError} when
   * {@link Announcer.close} runs into its stop timeout first.
   */
  idle(): Promise<void> {
    return this.#reconciler.idle();
  }

  /**
   * Drains, withdraws, waits and unbinds everything, within the stop timeout of the policy. Called again while that is under way, it skips what is
   * left of the drain, not the withdrawal. Never rejects. Afterwards every other promise of the announcer has settled.
   */
  close(): Promise<CloseResult> {
    if (this.#closing === null) this.#closing = shutDown(this.#context, this.#parts);
    else this.#reconciler.skipDrains();
    return this.#closing;
  }

  /**
   * Ends without taking anything away: addresses stay bound and routes announced, for the process that goes on with them. Resolves when what is ours is
   * written down, or could not be. After {@link Announcer.close} it is that. Never rejects.
   */
  leave(): Promise<CloseResult> {
    this.#closing ??= leave(this.#context, this.#parts);
    return this.#closing;
  }

  get #parts(): WorkingParts {
    return { reconciler: this.#reconciler, observer: this.#observer, peers: this.#peers, drains: this.#drains };
  }

  async #start(): Promise<void> {
    const { logger, index } = this.#context;
    this.#peers.start();
    await Promise.all([this.#drains.load().then(() => this.#enable()), this.#observer.start()]);
    logger.debug({ marks: index.marksReliable }, "the host has been observed");
    this.#enable();
  }

  #enable(): void {
    if (this.#intent.given && this.#observer.ready && this.#drains.known) this.#reconciler.enable();
  }

  #change(change: () => void): void {
    if (this.#closing !== null) return;
    try {
      change();
    } finally {
      this.#enable();
    }
  }

  #refuseWhenClosing(): void {
    if (this.#closing === null) return;
    throw new AnnouncerClosedError(
      "the announcer is closed, or being closed, which takes every VIP out of service: nothing was drained or written down; drain before close()",
    );
  }

  #explain(entry: VipEntry): Explanation {
    const { clock, policy, ports, node, drains, index } = this.#context;
    const nowMs = clock.now();
    return explainEntry(entry, this.#reconciler.view(entry), {
      next: this.#reconciler.steps(entry),
      node,
      drains: { node: drains.node, failure: drains.failure, unread: this.#drains.unread },
      host: {
        unseen: (this.#drains.known ? null : this.#drains.unread) ?? this.#observer.unseen,
        hasLink: index.link(entry.vip.interface) !== undefined,
      },
      form: entry.announced ?? { mode: "normal", weight: weightOf(entry) },
      peers: ports.routes.peers(),
      removals: entry.damping.count(nowMs, policy.damping),
      holdDownMs: entry.damping.remainingMs(nowMs),
      verdict: explainHealth(entry, nowMs, policy.healthDamping),
      sentTo: (peer) => this.#peers.sent(peer, entry.vip.prefix),
    });
  }
}
