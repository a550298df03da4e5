import { defaultPolicy } from "../../src/policy.ts";
import type { World } from "../fakes/world.ts";
import { PLACES, PREFIXES } from "./acts.ts";

/** The policy's wait between withdrawal and unbind, short so that histories are. */
export const WITHDRAW_WAIT_MS = 50;

/** A route change in no hurry may travel with others for so long, see `Outbox`; steps of the same VIP come before it. */
const UNHURRIED_MS = 1_200;
/** The longest drain in a history. */
const LONGEST_DRAIN_MS = 300;
/** What is urgent goes out with what else happens in this millisecond. */
const URGENT_MS = 1.001;

/** What the history knows of its VIPs and the world, as the promises need it. */
export interface Truth {
  readonly world: World;
  /** News from the kernel may be this late. */
  readonly lateMs: number;
  /** News has been lost and nothing has been observed since. */
  readonly deaf: boolean;
  /** When the last observation after lost news ended. */
  readonly quietFromMs: number;
  /** A port answers nothing at present, or has only just begun to answer again. */
  readonly hanging: boolean;
  readonly closing: boolean;
  wanted(prefix: string): { readonly name: string; readonly adopt: boolean } | undefined;
  health(prefix: string): "healthy" | "degraded" | "unhealthy";
  drained(prefix: string): boolean;
}

/** Watches the world from outside and notes every broken promise of DESIGN §1 in words. */
export class Promises {
  readonly broken: string[] = [];
  readonly #truth: Truth;
  /** Since when something has been so without a break. */
  readonly #since = new Map<string, number>();

  constructor(truth: Truth) {
    this.#truth = truth;
    const { host, routes, clock } = truth.world;
    host.onForeignUnbind = ({ prefix, interface: name }) =>
      this.#break(3, `${prefix} on ${name} is not ours and was removed`);
    host.onOverlap = (prefix) => this.#break(7, `two operations for ${prefix} at the same time`);
    host.onUnbind = ({ prefix, interface: name }, elsewhere) => {
      // A rival that takes the other place away at that very moment cannot be foreseen; what is lost then is put back.
      if (elsewhere || PLACES.some((place) => place !== name && host.has(prefix, place))) return;
      if (routes.announced(prefix)) this.#break(2, `${prefix} was unbound while it was announced`);
      if (truth.closing) return;
      if (routes.inFlight.has(prefix)) this.#break(2, `${prefix} was unbound before its withdrawal was handed over`);
      const handedOver = routes.handedOverAt.get(prefix);
      if (handedOver !== undefined && clock.now() - handedOver < WITHDRAW_WAIT_MS - 0.001)
        this.#break(2, `${prefix} was unbound ${clock.now() - handedOver} ms after its withdrawal`);
    };
    host.onChange = () => this.look();
    routes.onAnnounce = () => this.look();
    clock.afterStep = () => this.look();
  }

  /** Looks at everything; called whenever something has happened. */
  look(): void {
    for (const prefix of PREFIXES) this.#lookAt(prefix);
  }

  /** The process is dead, and what it had sent is gone with its sessions. */
  died(): void {
    this.#truth.world.routes.handedOverAt.clear();
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
    const { world } = this.#truth;
    const given = this.#truth.wanted(prefix);
    if (given === undefined) return false;
    return ["eth0", ...PLACES].some(
      (name) =>
        world.host.has(prefix, name) && !world.host.isOurs(prefix, name) && (name !== given.name || !given.adopt),
    );
  }

  #places(prefix: string): readonly string[] {
    return PLACES.filter((name) => this.#truth.world.host.has(prefix, name));
  }

  #isUp(name: string): boolean {
    return this.#truth.world.host.links.get(name)?.up === true;
  }

  #lookAt(prefix: string): void {
    const { lateMs, deaf, hanging, world } = this.#truth;
    const announced = world.routes.announced(prefix);
    const check = (promise: number, what: string, wrong: boolean, allowedMs: number): void => {
      const forMs = this.#lasting(`${what} ${prefix}`, wrong);
      if (announced && forMs > allowedMs)
        this.#break(promise, `${prefix} is announced although it is ${what}, for ${forMs} ms`);
    };
    const window = defaultPolicy.restoreWindowMs + lateMs + URGENT_MS;
    const places = this.#places(prefix);
    check(1, "not bound", places.length === 0, deaf ? Number.POSITIVE_INFINITY : window);
    const down = places.length > 0 && !places.some((name) => this.#isUp(name));
    check(1, "on an interface that is down", down, deaf ? Number.POSITIVE_INFINITY : window);
    check(1, "unhealthy", this.#truth.health(prefix) === "unhealthy", URGENT_MS);
    const contradictedMs = deaf ? Number.POSITIVE_INFINITY : lateMs + URGENT_MS;
    check(4, "an address of somebody else", this.contradicted(prefix), contradictedMs);
    const drainMs = hanging ? Number.POSITIVE_INFINITY : LONGEST_DRAIN_MS + UNHURRIED_MS;
    check(1, "drained", this.#truth.drained(prefix), drainMs);
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

  #break(promise: number, words: string): void {
    this.broken.push(`promise ${promise}: ${words}`);
  }
}
