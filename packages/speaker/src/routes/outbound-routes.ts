import {
  AdjRibOut,
  type ExportPolicy,
  type Family,
  formatPrefix,
  type Outgoing,
  type Prefix,
  type RouteBatch,
} from "@vipcast/bgp";
import type { RoutesSent } from "../handlers.ts";
import type { Clock } from "../options.ts";
import type { RefusedRoute } from "../peer/snapshot.ts";
import type { SlicedWork, WorkTurns } from "../work-turns.ts";
import { type Marker, Markers } from "./markers.ts";
import type { ResolvedAttributes } from "./resolve-attributes.ts";
import { resolvePath, resolveRoutes } from "./resolve-routes.ts";
import type { FlushResult, PeerRoutes, Route, RouteChange } from "./route.ts";

/** Where routes leave: the established session and its socket. */
export interface RouteSink {
  send(batch: RouteBatch): void;
  sendEndOfRib(family: Family): void;
  /** Where the answer to a ROUTE-REFRESH begins (1) or ends (2), where that was negotiated (RFC 7313 §4). */
  sendRefreshMarker(family: Family, subtype: 1 | 2): void;
  /** Hands what was encoded to the socket; `handedOver` follows once the kernel has it. */
  flush(handedOver: () => void): void;
  /** True while the socket has so much unsent that more would only grow memory; `drained` is called when that ends. */
  readonly congested: boolean;
}

export interface OutboundRoutesEvents {
  /** Null when nobody listens, which saves the texts. */
  readonly sent: ((sent: RoutesSent) => void) | null;
  refused(routes: readonly RefusedRoute[]): void;
}

/** What one established session means for the routes that leave over it. */
export interface OutboundSession {
  readonly policy: ExportPolicy<ResolvedAttributes>;
  /** Families that get an End-of-RIB. */
  readonly families: readonly Family[];
  /** Those whose NLRI carry path identifiers (RFC 7911); default none. */
  readonly pathIds?: readonly Family[];
  /** RFC 7313 was negotiated; default false. */
  readonly enhancedRefresh?: boolean;
  /** Keep each End-of-RIB back until `releaseEndOfRib`; default false. */
  readonly holdEndOfRib?: boolean;
  /** MinRouteAdvertisementInterval in milliseconds (RFC 4271 §9.2.1.1); default 0. */
  readonly advertisementIntervalMs?: () => number;
}

/** Prefixes encoded per turn of the event loop (see `AdjRibOut.take`): some 10 ms of work, so that keepalives are not starved. */
const sliceBudget = 131_072;

/** So few leave at once, whatever else is to be done: the change of a virtual IP does not wait for anybody's table. */
const fewRoutes = 256;

/** A missing next hop can appear at any time (an address is added), and no event tells us: look again this often. */
const recheckMs = 1000;

interface Waiter {
  readonly version: number;
  readonly resolve: (result: FlushResult) => void;
}

/** The Adj-RIB-Out with its pump: keeps the socket fed, never more than it takes, and knows what the kernel has. */
export class OutboundRoutes implements PeerRoutes, SlicedWork {
  readonly #rib = new AdjRibOut<ResolvedAttributes>();
  readonly #clock: Clock;
  readonly #turns: WorkTurns;
  readonly #events: OutboundRoutesEvents;
  #sink: RouteSink | null = null;
  readonly #markers = new Markers();
  /** Jittered anew each time (RFC 4271 §10). */
  #intervalMs: () => number = () => 0;
  /** Announcements wait until then, withdrawals never do (RFC 4271 §9.2.1.1). */
  #advertiseAtMs = 0;
  /** Counts changes asked for; `#encoded` and `#handedOver` follow it. */
  #asked = 0;
  #encoded = 0;
  #handedOver = 0;
  #waiters: Waiter[] = [];
  #scheduled = false;
  /** What is to be sent waits for its turn. */
  #isWaiting = false;
  #stopRecheck: (() => void) | null = null;
  #stopWaiting: (() => void) | null = null;
  /** The reason that was told last for each refused route; null: none is refused. */
  #reported: ReadonlyMap<string, string> | null = null;

  /** `turns`: those in which the tables of all peers are sent. */
  constructor(clock: Clock, turns: WorkTurns, events: OutboundRoutesEvents) {
    this.#clock = clock;
    this.#turns = turns;
    this.#events = events;
  }

  get size(): number {
    return this.#rib.size;
  }

  get advertised(): number {
    return this.#rib.advertised;
  }

  get pending(): number {
    return this.#rib.pending;
  }

  set(routes: Iterable<Route>): void {
    this.#rib.set(resolveRoutes(routes));
    this.#changed();
  }

  apply(change: RouteChange): void {
    const announce = resolveRoutes(change.announce ?? []);
    const withdraw = Array.from(change.withdraw ?? [], resolvePath);
    this.#rib.apply({ announce, withdraw });
    this.#changed();
  }

  has(prefix: Prefix): boolean {
    return this.#rib.has(prefix);
  }

  refused(): readonly RefusedRoute[] {
    return this.#rib.refused().map(({ prefix, reason }) => ({
      prefix: formatPrefix(prefix),
      ...(prefix.pathId === -1 ? {} : { pathId: prefix.pathId }),
      reason,
    }));
  }

  flushed({ signal }: { readonly signal?: AbortSignal } = {}): Promise<FlushResult> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#sink === null) return Promise.resolve("down");
    if (this.#handedOver === this.#asked) return Promise.resolve("flushed");
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        version: this.#asked,
        resolve: (result) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(result);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  /** Families whose End-of-RIB is still to be sent in this session. */
  get endOfRibOutstanding(): readonly Family[] {
    return this.#markers.outstanding;
  }

  /** A session is established: everything goes out, then End-of-RIB for each family. */
  up(sink: RouteSink, session: OutboundSession): void {
    const { policy, families, pathIds = [], enhancedRefresh = false, holdEndOfRib = false } = session;
    this.#sink = sink;
    this.#markers.up({ families, enhanced: enhancedRefresh, held: holdEndOfRib });
    this.#intervalMs = session.advertisementIntervalMs ?? (() => 0);
    this.#advertiseAtMs = 0;
    // Even with no routes there is an End-of-RIB to hand over.
    this.#asked++;
    this.#reported = null;
    this.#rib.up(policy, families, pathIds);
    this.#reportRefusals();
    this.#schedule();
  }

  /** Idempotent. */
  down(): void {
    this.#sink = null;
    this.#markers.down();
    this.#rib.down();
    this.#stopRecheck?.();
    this.#stopRecheck = null;
    this.#stopWaiting?.();
    this.#stopWaiting = null;
    this.#handedOver = this.#encoded = this.#asked;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.resolve("down");
  }

  /** A family is to be sent again (RFC 2918 §4). Requests without end cost little: see `Markers`. */
  refresh(family: Family): void {
    if (this.#sink === null) return;
    this.#markers.ask(family);
    this.#asked++;
    this.#schedule();
  }

  /** What was to be announced first has been: see `holdEndOfRib`. */
  releaseEndOfRib(): void {
    this.#markers.release();
    if (this.#sink === null) return;
    this.#asked++;
    this.#schedule();
  }

  /** What the export policy depends on has changed. */
  reexport(): void {
    this.#rib.reexport();
    this.#changed();
  }

  /** The socket has room again. */
  drained(): void {
    // What was asked for may have changed nothing, and still waits to be called handed over.
    if (this.#hasOutgoing(this.#clock.now()) || this.#encoded !== this.#asked) this.#schedule();
  }

  #hasOutgoing(now: number): boolean {
    if (this.#markers.isDue(now)) return true;
    return now < this.#advertiseAtMs ? this.#rib.hasWithdrawals : this.#rib.hasOutgoing;
  }

  #changed(): void {
    this.#asked++;
    if (this.#sink === null) {
      this.#handedOver = this.#encoded = this.#asked;
      return;
    }
    this.#reportRefusals();
    this.#schedule();
  }

  // Later in this turn: changes made together leave together, and never from inside a handler.
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    const sink = this.#sink;
    if (sink === null || this.#isWaiting || sink.congested) return;
    const isLittle = this.#rib.pending <= fewRoutes && !this.#markers.isDue(this.#clock.now());
    if (isLittle && !this.#sendSome(sink)) return;
    this.#isWaiting = true;
    this.#turns.begin(this);
  }

  /** Sends as much as a turn may be kept for; true when nothing is left, or the socket has to take it first. */
  slice(): boolean {
    const sink = this.#sink;
    // First, so that what throws its way through does not keep everything after it here for good.
    this.#isWaiting = false;
    this.#isWaiting = sink !== null && !sink.congested && this.#sendSome(sink);
    return !this.#isWaiting;
  }

  /** Whether there is more that could go at once. */
  #sendSome(sink: RouteSink): boolean {
    const now = this.#clock.now();
    const mayAnnounce = now >= this.#advertiseAtMs;
    if (mayAnnounce) this.#beginAnswers(sink, now);
    const outgoing = this.#rib.take(sliceBudget, mayAnnounce);
    for (const batch of outgoing.batches) sink.send(batch);
    const idle = this.#rib.pending === 0;
    this.#sendMarkers(sink, this.#markers.complete(outgoing.endOfRib, idle, now));
    if (idle && outgoing.batches.some(({ attributes }) => attributes !== null))
      this.#advertiseAtMs = now + this.#intervalMs();
    // By one reading of the clock: what were to become due between two would be neither sent nor waited for.
    const more = this.#hasOutgoing(now);
    this.#wait(idle ? this.#markers.nextAnswerAt() : this.#advertiseAtMs, now);
    if (!more) this.#encoded = this.#asked;
    const version = this.#encoded;
    sink.flush(() => {
      if (this.#sink === sink) this.#onHandedOver(version, outgoing);
    });
    return more && !sink.congested;
  }

  #beginAnswers(sink: RouteSink, now: number): void {
    const { families, markers } = this.#markers.begin(now);
    this.#sendMarkers(sink, markers);
    for (const family of families) this.#rib.refresh(family);
  }

  #sendMarkers(sink: RouteSink, markers: readonly Marker[]): void {
    for (const marker of markers) {
      if (marker.kind === "end-of-rib") sink.sendEndOfRib(marker.family);
      else sink.sendRefreshMarker(marker.family, marker.subtype);
    }
  }

  /** Looks again at that time; what lies in the past is no matter of time. */
  #wait(untilMs: number, now: number): void {
    this.#stopWaiting?.();
    const delayMs = untilMs - now;
    const waits = Number.isFinite(untilMs) && delayMs > 0;
    this.#stopWaiting = waits ? this.#clock.timer(() => this.#schedule(), delayMs) : null;
  }

  #onHandedOver(version: number, outgoing: Outgoing): void {
    this.#handedOver = Math.max(this.#handedOver, version);
    if (this.#events.sent !== null && outgoing.batches.length > 0) this.#events.sent(textsOf(outgoing));
    const ready = this.#waiters.filter((waiter) => waiter.version <= this.#handedOver);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.version > this.#handedOver);
    for (const waiter of ready) waiter.resolve("flushed");
  }

  /** Tells about each refused route once per reason and session. */
  #reportRefusals(): void {
    const refused = this.refused();
    const fresh = refused.filter((route) => this.#reported?.get(pathName(route)) !== route.reason);
    this.#reported = refused.length === 0 ? null : new Map(refused.map((route) => [pathName(route), route.reason]));
    if (fresh.length > 0) this.#events.refused(fresh);
    this.#stopRecheck?.();
    this.#stopRecheck = refused.length === 0 ? null : this.#clock.timer(() => this.reexport(), recheckMs);
  }
}

/** A refused route in words. */
export function pathName({ prefix, pathId }: RefusedRoute): string {
  return pathId === undefined ? prefix : `${prefix} with path id ${pathId}`;
}

function textsOf(outgoing: Outgoing): RoutesSent {
  const announced: string[] = [];
  const withdrawn: string[] = [];
  for (const batch of outgoing.batches) {
    const into = batch.attributes === null ? withdrawn : announced;
    for (const prefix of batch.nlri) into.push(formatPrefix(prefix));
  }
  return { announced, withdrawn };
}
