import {
  AdjRibIn,
  type AttributeTable,
  acceptAll,
  checkOnlyToCustomer,
  type Family,
  formatPrefix,
  type ImportPolicy,
  type LocRib,
  type Negotiated,
  type NotificationBody,
  type PeerEvent,
  type RibChange,
  type RouteListener,
} from "@vipcast/bgp";
import { SpeakerError } from "../errors.ts";
import type { Clock, Logger } from "../options.ts";
import type { SlicedWork, WorkTurns } from "../work-turns.ts";
import type { HandlerCalls } from "./handler-calls.ts";
import { MalformedLog } from "./malformed-log.ts";
import { withoutOwnAs } from "./own-as.ts";
import type { PeerSettings } from "./peer-settings.ts";

type UpdateEvent = Extract<PeerEvent, { readonly kind: "update" }>;

/** Routes forgotten, or judged again, in one slice: little enough where each destination has a hundred paths. */
const sliceBudget = 1024;

/** What routes that come in need to know of their speaker. */
interface InboundEnvironment {
  readonly asn: number;
  readonly routerId: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly attributes: AttributeTable;
  readonly locRib: LocRib | null;
  readonly work: WorkTurns;
}

/** What a peer announces to us: into the Adj-RIB-In, and on to the Loc-RIB, as far as the import policy wants it, and to the handlers. */
export class InboundRoutes implements SlicedWork {
  readonly adjRibIn: AdjRibIn;
  readonly #address: PeerSettings["address"];
  readonly #locRib: LocRib | null;
  readonly #calls: HandlerCalls;
  /** Null as long as nothing was malformed. */
  #malformed: MalformedLog | null = null;
  readonly #environment: InboundEnvironment;
  /** Families whose stale routes are to be forgotten; those of others wait for something else. */
  #forgotten: readonly Family[] = [];

  constructor(
    { address, importPolicy, config }: PeerSettings,
    calls: HandlerCalls,
    environment: InboundEnvironment,
    peerAs: () => number,
  ) {
    const { asn, routerId, attributes, locRib } = environment;
    this.#address = address;
    this.#locRib = locRib;
    this.#calls = calls;
    this.#environment = environment;
    // A policy that asks nothing cannot throw, and the Adj-RIB-In need not prepare what it would be asked with.
    const guarded = importPolicy === null || importPolicy === acceptAll ? importPolicy : calls.guard(importPolicy);
    const policy: ImportPolicy | null =
      guarded === null || config.role === null ? guarded : checkOnlyToCustomer(guarded, config.role, peerAs);
    const source = { name: address.text, address: address.bytes, routerId: 0, asn: 0, internal: false };
    this.adjRibIn = new AdjRibIn({
      policy: policy === null || config.localAs === asn ? policy : withoutOwnAs(config.localAs, policy),
      localAs: asn,
      localRouterId: routerId,
      attributes,
      ...(locRib === null ? {} : { listener: this.#guarded(locRib.listener(source)) }),
      onUnusable: (prefix, error) => {
        const message = `the import policy gave ${formatPrefix(prefix)} attributes that cannot be sent: ${error.message}`;
        calls.error(new SpeakerError("ERR_SPEAKER_HANDLER", message, { cause: error }));
      },
    });
  }

  /** The session is up: the decision process needs to know who the routes come from (RFC 4271 §9.1.2.2). */
  established({ peerAs, peerRouterId, internal }: Negotiated): void {
    const { text, bytes } = this.#address;
    this.#locRib?.identify({ name: text, address: bytes, routerId: peerRouterId, asn: peerAs, internal });
    this.#environment.work.begin(this);
  }

  /** The NOTIFICATION with which a handler ends the session, if it does. */
  receive({ message, ignoredFamilies }: UpdateEvent): NotificationBody | undefined {
    if (message.problems.length > 0) {
      this.#malformed ??= new MalformedLog(this.#address.text, this.#environment);
      this.#malformed.note(message);
    }
    if (!this.#calls.has("onRoutes")) {
      this.adjRibIn.take(message, ignoredFamilies);
      return this.#calls.ask("onUpdate", (h, peer) => h.onUpdate?.(message, peer));
    }
    const change = this.adjRibIn.receive(message, ignoredFamilies);
    const answer = this.#calls.ask("onUpdate", (h, peer) => h.onUpdate?.(message, peer));
    this.#tell(change);
    return answer;
  }

  /** Forgets everything, or one family; a large table in slices, one a turn of the event loop. What comes again meanwhile stays. */
  clear(family?: Family): void {
    for (const one of family === undefined ? this.adjRibIn.families : [family]) {
      this.adjRibIn.markStale(one);
      this.#forget(one);
    }
    this.#environment.work.begin(this);
  }

  /** Every route of a family is stale from here on, and kept; how many. */
  markStale(family: Family): number {
    // What is being forgotten must not become one of those.
    if (this.#forgotten.includes(family)) this.slice(Number.POSITIVE_INFINITY);
    return this.adjRibIn.markStale(family);
  }

  /** Forgets what is still stale of a family, in slices likewise; returns how many routes that are. */
  sweep(family: Family): number {
    const count = this.adjRibIn.staleCount(family);
    if (count > 0) this.#forget(family);
    this.#environment.work.begin(this);
    return count;
  }

  /** Asks the import policy again about what is kept, in slices likewise. */
  reapply(): void {
    this.adjRibIn.reapplyLater();
    this.#environment.work.begin(this);
  }

  #forget(family: Family): void {
    if (!this.#forgotten.includes(family)) this.#forgotten = [...this.#forgotten, family];
  }

  /** One slice of all that was put off, the Loc-RIB's share included. */
  slice(budget: number = sliceBudget): boolean {
    const swept = this.#sweep(budget);
    // Who heard of it may have given more to forget.
    this.#forgotten = this.#forgotten.filter((family) => this.adjRibIn.staleCount(family) > 0);
    const judged = this.#judge();
    const decided = this.#guard(() => this.#locRib?.work(sliceBudget) ?? true, false);
    return swept && judged && decided && this.#forgotten.length === 0;
  }

  /** A watcher of the Loc-RIB that throws ends here, and not in the session whose UPDATE it heard of. */
  #guarded(listener: RouteListener): RouteListener {
    return { ...listener, settle: () => this.#guard(() => listener.settle(), undefined) };
  }

  #guard<T>(run: () => T, instead: T): T {
    try {
      return run();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const message = `a watcher of the Loc-RIB threw: ${words}`;
      this.#calls.error(new SpeakerError("ERR_SPEAKER_HANDLER", message, { cause: error }));
      return instead;
    }
  }

  #sweep(budget: number): boolean {
    const families = this.#forgotten;
    if (families.length === 0) return true;
    if (!this.#calls.has("onRoutes")) return this.adjRibIn.sweepSome(budget, families);
    const { done, change } = this.adjRibIn.sweepSomeChanged(budget, families);
    this.#tell(change);
    return done;
  }

  #judge(): boolean {
    if (!this.#calls.has("onRoutes")) return this.adjRibIn.reapplySome(sliceBudget);
    const { done, change } = this.adjRibIn.reapplySomeChanged(sliceBudget);
    this.#tell(change);
    return done;
  }

  #tell(change: RibChange): void {
    if (change.announce.length === 0 && change.withdraw.length === 0) return;
    if (!this.#calls.has("onRoutes")) return;
    const announce = change.announce.map((route) => ({ ...route, text: formatPrefix(route.prefix) }));
    const withdraw = change.withdraw.map((prefix) => ({ prefix, text: formatPrefix(prefix) }));
    this.#calls.call("onRoutes", (h, peer) => h.onRoutes?.({ announce, withdraw }, peer));
  }
}
