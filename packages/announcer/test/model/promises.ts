import { defaultPolicy } from "../../src/policy.ts";
import type { World } from "../fakes/world.ts";
import { BEST_PREFERENCE, PEER, PLACES, PREFIXES, type Wanted } from "./acts.ts";
import type { DrainTruth } from "./drain-truth.ts";
import { DETECTION_MS, type HealthTruth } from "./health-truth.ts";
import type { Weather } from "./weather.ts";

/** The policy's wait between withdrawal and unbind, short so that histories are. */
export const WITHDRAW_WAIT_MS = 50;

/** A route change in no hurry may travel with others for so long, see `Outbox`; steps of the same VIP come before it. */
const UNHURRIED_MS = 1_200;
/** A peer that did not take a route is offered it again within this time. */
const LONGEST_RETRY_MS = 40_000;
/** A port answers within this time in bad weather. */
const LONGEST_ANSWER_MS = 30;
/** Not for a moment. */
const IMMEDIATELY = -1;
/** The longest drain in a history. */
const LONGEST_DRAIN_MS = 300;
/** What is urgent goes out with what else happens in this millisecond. */
const URGENT_MS = 1.001;

const ANYWHERE = ["eth0", ...PLACES];

export const WORST_MED = 4294967295;

/** Short, so that histories are. */
export const HEALTH_DAMPING = { flaps: 3, windowMs: 5000, holdDownMs: 500, maxHoldDownMs: 2000 };

/** What the history knows of its VIPs and the world, as the promises need it. */
export interface Truth {
  readonly world: World;
  readonly drains: DrainTruth;
  readonly health: HealthTruth;
  readonly weather: Weather;
  /** News has been lost and nothing has been observed since. */
  readonly deaf: boolean;
  /** When the last observation after lost news ended. */
  readonly quietFromMs: number;
  readonly closing: boolean;
  /** How often a rival has taken the address lately, where it is wanted or anywhere. */
  removals(prefix: string): number;
  wanted(prefix: string): Wanted | undefined;
  /** Since when it has been wanted as it is. */
  wantedSinceMs(prefix: string): number;
}

/** Watches the world from outside and notes every broken promise of DESIGN §1 in words. */
export class Promises {
  readonly broken: string[] = [];
  readonly #truth: Truth;
  /** Since when something has been so without a break. */
  readonly #since = new Map<string, number>();
  /** Since when the peer has had a route. */
  readonly #routeSince = new Map<string, number>();
  readonly #wasAnnounced = new Set<string>();
  /** When something last spoke against its route. */
  readonly #troubledAt = new Map<string, number>();
  /** When a route was last taken away for its health alone. */
  readonly #healthWithdrawals = new Map<string, number[]>();

  constructor(truth: Truth) {
    this.#truth = truth;
    const { host, routes, clock } = truth.world;
    host.onForeignUnbind = ({ prefix, interface: name }) => {
      // Without news nobody can know that ours went and another came: the kernel removes by address alone.
      if (!truth.deaf) this.#break(3, `${prefix} on ${name} is not ours and was removed`);
    };
    host.onOverlap = (prefix) => this.#break(7, `two operations for ${prefix} at the same time`);
    host.onUnbind = ({ prefix, interface: name }, elsewhere) => {
      // A rival that takes the other place away at that very moment cannot be foreseen; what is lost then is put back.
      if (elsewhere || PLACES.some((place) => place !== name && host.has(prefix, place))) return;
      if (routes.announced(prefix)) this.#break(2, `${prefix} was unbound while it was announced`);
      if (truth.closing) return;
      if (routes.inFlight.has(prefix)) this.#break(2, `${prefix} was unbound before its withdrawal was handed over`);
      const handedOver = routes.handedOverAt.get(prefix);
      // What has been taken since, and came back without a route, serves nobody.
      const came = host.cameAt.get(`address ${prefix} ${name}`) ?? Number.NEGATIVE_INFINITY;
      if (handedOver !== undefined && came < handedOver && clock.now() - handedOver < WITHDRAW_WAIT_MS - 0.001)
        this.#break(2, `${prefix} was unbound ${clock.now() - handedOver} ms after its withdrawal`);
    };
    host.onChange = () => this.look();
    routes.onAnnounce = (prefix) => {
      this.#lookAtPreference(prefix);
      this.look();
    };
    clock.afterStep = () => this.look();
    truth.world.circles = 20_000;
    truth.world.onSpin = () => this.#break(7, "it goes round in circles, and nothing else gets its turn");
  }

  /** Looks at everything; called whenever something has happened. */
  look(): void {
    for (const prefix of PREFIXES) this.#lookAt(prefix);
  }

  /** The process is dead, and what it had sent is gone with its sessions. */
  died(): void {
    this.#truth.world.routes.handedOverAt.clear();
    this.#routeSince.clear();
    this.#wasAnnounced.clear();
    this.#healthWithdrawals.clear();
  }

  /** What it has done before is forgotten. */
  forgive(prefix: string): void {
    this.#healthWithdrawals.delete(prefix);
  }

  /** The process says that these are out of service. */
  drained(prefixes: readonly string[]): void {
    const { world, drains, closing } = this.#truth;
    if (closing) return;
    for (const prefix of prefixes) {
      if (!drains.has(prefix) || this.#truth.wanted(prefix) === undefined) continue;
      if (world.routes.announced(prefix)) this.#break(2, `${prefix} is announced although its drain is done`);
    }
  }

  /** `close` says that it has done everything. */
  closed(): void {
    const { host, routes } = this.#truth.world;
    for (const prefix of PREFIXES) {
      if (routes.announced(prefix)) this.#break(6, `${prefix} is announced after a complete close`);
      if (PLACES.some((name) => host.isOurs(prefix, name))) this.#break(6, `${prefix} is bound after a complete close`);
    }
  }

  /** Whether somebody else has the VIP's address where that forbids to announce it. */
  contradicted(prefix: string): boolean {
    return ANYWHERE.some((name) => this.#contradictedOn(prefix, name));
  }

  #contradictedOn(prefix: string, name: string): boolean {
    const { host } = this.#truth.world;
    const given = this.#truth.wanted(prefix);
    if (given === undefined || (name === given.name && given.adopt)) return false;
    return host.has(prefix, name) && !host.isOurs(prefix, name);
  }

  #places(prefix: string): readonly string[] {
    return PLACES.filter((name) => this.#truth.world.host.has(prefix, name));
  }

  #isUp(name: string): boolean {
    return this.#truth.world.host.links.get(name)?.up === true;
  }

  #lookAt(prefix: string): void {
    const { deaf, drains, health, world, weather } = this.#truth;
    const { lateMs, hanging } = weather;
    const announced = world.routes.announced(prefix);
    const check = (
      promise: number,
      what: string,
      wrong: boolean,
      allowedMs: number,
      mostMs = Number.POSITIVE_INFINITY,
    ): void => {
      const forMs = Math.min(mostMs, this.#lasting(`${what} ${prefix}`, wrong));
      if (wrong && announced && forMs > allowedMs)
        this.#break(promise, `${prefix} is announced although it is ${what}, for ${forMs} ms`);
    };
    const window = defaultPolicy.restoreWindowMs + lateMs + URGENT_MS;
    const places = this.#places(prefix);
    check(1, "not bound", places.length === 0, deaf ? Number.POSITIVE_INFINITY : window);
    const down = places.length > 0 && !places.some((name) => this.#isUp(name));
    // Each place has its own time: an address may move from one that has long been down to one that goes down just then.
    const downMs = PLACES.map((name) =>
      this.#lasting(`${prefix} down on ${name}`, places.includes(name) && !this.#isUp(name)),
    );
    const leastMs = Math.min(...downMs.filter((_, index) => places.includes(PLACES[index]!)));
    check(1, "on an interface that is down", down, deaf ? Number.POSITIVE_INFINITY : window, leastMs);
    const unhealthy = health.pushed(prefix) === "unhealthy";
    check(1, "unhealthy", unhealthy, URGENT_MS);
    check(5, "failing its check", health.failingMs(prefix) > 0, DETECTION_MS + URGENT_MS);
    check(5, "never found healthy", health.unvouched(prefix), IMMEDIATELY);
    const contradictedMs = deaf ? Number.POSITIVE_INFINITY : lateMs + URGENT_MS;
    for (const name of ANYWHERE)
      check(4, `an address of somebody else on ${name}`, this.#contradictedOn(prefix, name), contradictedMs);
    const drainMs = hanging ? Number.POSITIVE_INFINITY : LONGEST_DRAIN_MS + UNHURRIED_MS;
    const drained = drains.has(prefix) && !this.#truth.closing;
    check(1, "drained", drained, drainMs);
    check(6, "drained since before the process began", drained && drains.fromBefore(prefix), IMMEDIATELY);
    this.#lookAtFlaps(prefix, announced, unhealthy && places.length > 0 && !down && !drained);
    const troubled =
      unhealthy ||
      health.silent(prefix) ||
      health.awaited(prefix) ||
      health.failingMs(prefix) > 0 ||
      health.unvouched(prefix) ||
      down ||
      drained ||
      this.contradicted(prefix);
    this.#lookAtNeed(prefix, announced, troubled || deaf || hanging || this.#truth.closing);
  }

  /** Health that goes to and fro takes a route away a few times, and then not for as long as the first hold-down. */
  #lookAtFlaps(prefix: string, announced: boolean, unhealthy: boolean): void {
    const now = this.#truth.world.clock.now();
    const since = this.#routeSince.get(prefix);
    if (announced && since === undefined) this.#routeSince.set(prefix, now);
    if (announced || since === undefined) return;
    this.#routeSince.delete(prefix);
    if (!unhealthy) return;
    const times = [...(this.#healthWithdrawals.get(prefix) ?? []), now].slice(-HEALTH_DAMPING.flaps - 1);
    this.#healthWithdrawals.set(prefix, times);
    if (times.length > HEALTH_DAMPING.flaps && now - times[0]! < HEALTH_DAMPING.holdDownMs)
      this.#break("damping", `${prefix} was withdrawn ${times.length} times for its health in ${now - times[0]!} ms`);
  }

  /** A route stays as long as nothing speaks against it: an address that is back within the window costs nobody a connection. */
  #lookAtNeed(prefix: string, announced: boolean, troubled: boolean): void {
    const { world, weather } = this.#truth;
    const now = world.clock.now();
    const lostMs = this.#lasting(`lost ${prefix}`, this.#places(prefix).length === 0);
    const lost = lostMs > defaultPolicy.restoreWindowMs - URGENT_MS;
    if (troubled || lost) this.#troubledAt.set(prefix, now);
    const was = this.#wasAnnounced.has(prefix);
    if (announced) this.#wasAnnounced.add(prefix);
    else this.#wasAnnounced.delete(prefix);
    if (announced || !was || now - this.#truth.wantedSinceMs(prefix) < UNHURRIED_MS) return;
    // One that is back, and whose bind has not been answered yet, is not known to be.
    const unanswered = PLACES.some(
      (name) => now - (world.host.cameAt.get(`address ${prefix} ${name}`) ?? -1e9) <= LONGEST_ANSWER_MS,
    );
    // Without marks nothing can be put back before the ledger has it: where that cannot be written, waiting for the address would only cost packets.
    const unwritable = weather.ledgerFailed && world.host.marks === "unknown";
    const excused =
      weather.rough || unwritable || unanswered || this.#truth.removals(prefix) >= defaultPolicy.damping.removals;
    const quietMs = now - (this.#troubledAt.get(prefix) ?? Number.NEGATIVE_INFINITY);
    if (!excused && quietMs > DETECTION_MS + HEALTH_DAMPING.maxHoldDownMs)
      this.#break(1, `${prefix} was withdrawn although nothing spoke against it for ${quietMs} ms`);
  }

  /** With a failback delay, a route that was not there comes as that of a standby. */
  #lookAtPreference(prefix: string): void {
    const { world, weather } = this.#truth;
    const wanted = this.#truth.wanted(prefix);
    const attributes = world.routes.attributes(prefix, PEER);
    if (wanted === undefined || attributes === undefined || wanted.preference === 0) return;
    const now = world.clock.now();
    const since = this.#routeSince.get(prefix) ?? now;
    // The delay of what was asked for meanwhile, while its route was under way, or of what a peer did not take at first, may have begun earlier.
    if (
      this.#truth.wantedSinceMs(prefix) >= since - UNHURRIED_MS ||
      now - weather.refusedAtMs(prefix) < LONGEST_RETRY_MS
    )
      return;
    const normalMed = wanted.med + 100 * (BEST_PREFERENCE - wanted.preference);
    if (attributes.med === normalMed && now - since < wanted.failbackMs - UNHURRIED_MS)
      this.#break("failback", `${prefix} took its place ${now - since} ms after its route was there`);
  }

  /** For how long something has been so, milliseconds. */
  #lasting(what: string, is: boolean): number {
    const now = this.#truth.world.clock.now();
    if (!is) {
      this.#since.delete(what);
      return 0;
    }
    const since = this.#since.get(what) ?? now;
    this.#since.set(what, since);
    return now - Math.max(since, this.#truth.quietFromMs);
  }

  #break(promise: number | "damping" | "failback", words: string): void {
    this.broken.push(`${typeof promise === "number" ? "promise " : ""}${promise}: ${words}`);
  }
}
