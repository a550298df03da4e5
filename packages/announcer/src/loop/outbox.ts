import { attributesFor, type RouteForm } from "../ecmp/attributes.ts";
import type { NodeIdentity } from "../ecmp/node-identity.ts";
import type { DesiredVip } from "../intent/desired-vip.ts";
import type { Clock, RouteAnnouncement, RoutePort } from "../ports.ts";

/** The longest that a withdrawal waits for others to travel with, milliseconds: traffic may be falling into a hole. */
const WITHDRAW_HOLD_MS = 1;

/**
 * What is in no hurry, announcements and withdrawals of VIPs that still answer, waits this long at first and then twice as long each time, so
 * that work of any length ends in a handful of sends.
 */
const FIRST_HOLD_MS = 50;
const MAX_HOLD_MS = 1000;

/** A route was offered to every peer; `failures` names those that did not take it, and why. */
export type RouteOffered = (prefix: string, failures: readonly { peer: string; error: unknown }[]) => void;

/**
 * Gathers route changes while work is under way that will bring more of them, so that thousands of VIPs become few UPDATEs. With nothing
 * else under way a change goes out at once.
 */
export class Outbox {
  readonly #routes: RoutePort;
  readonly #clock: Clock;
  readonly #onOffered: RouteOffered;
  readonly #node: NodeIdentity;
  readonly #announce = new Map<string, { vip: DesiredVip; form: RouteForm }>();
  readonly #withdraw = new Set<string>();
  #handedOver: { promise: Promise<void>; resolve: (value: Promise<void>) => void } | null = null;
  #working = 0;
  #cancelTimer: (() => void) | null = null;
  #dueMs = Number.POSITIVE_INFINITY;
  #holdMs = FIRST_HOLD_MS;

  constructor(routes: RoutePort, clock: Clock, node: NodeIdentity, onOffered: RouteOffered) {
    this.#routes = routes;
    this.#clock = clock;
    this.#onOffered = onOffered;
    this.#node = node;
  }

  /** Work begins that may bring changes. */
  enter(): void {
    this.#working++;
  }

  /** It ended, or waits for something slow. */
  leave(): void {
    this.#working--;
    if (this.#working > 0) return;
    this.#holdMs = FIRST_HOLD_MS;
    this.flush();
  }

  announce(vip: DesiredVip, form: RouteForm): void {
    this.#announce.set(vip.prefix, { vip, form });
    this.#schedule(this.#holdMs);
  }

  /** Resolves when the withdrawal was handed over for every Established peer. `urgent`: packets for it may be lost already. */
  withdraw(prefix: string, urgent: boolean): Promise<void> {
    this.#announce.delete(prefix);
    this.#withdraw.add(prefix);
    this.#handedOver ??= deferred();
    const { promise } = this.#handedOver;
    this.#schedule(urgent ? WITHDRAW_HOLD_MS : this.#holdMs);
    return promise;
  }

  /** A withdrawal that was in no hurry is urgent now. */
  hurry(prefix: string): void {
    if (this.#withdraw.has(prefix)) this.#schedule(WITHDRAW_HOLD_MS);
  }

  /** Sends everything now. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (this.#withdraw.size > 0) {
      const prefixes = [...this.#withdraw];
      const { resolve } = this.#handedOver!;
      this.#withdraw.clear();
      this.#handedOver = null;
      // The call itself happens here and now; only a throw becomes a rejection.
      resolve((async (): Promise<void> => this.#routes.withdraw(prefixes))());
    }
    if (this.#announce.size > 0) {
      const changes = [...this.#announce.values()];
      this.#announce.clear();
      const failures = new Map<string, { peer: string; error: unknown }[]>();
      for (const peer of this.#routes.peers()) {
        const routes = changes.map(({ vip, form }) => ({
          prefix: vip.prefix,
          attributes: attributesFor(vip, peer, form, this.#node),
        }));
        for (const { prefix, error } of this.#send(peer.address, routes)) {
          const failed = { peer: peer.address, error };
          const known = failures.get(prefix);
          if (known === undefined) failures.set(prefix, [failed]);
          else known.push(failed);
        }
      }
      for (const { vip } of changes) this.#onOffered(vip.prefix, failures.get(vip.prefix) ?? []);
    }
  }

  #send(peer: string, routes: readonly RouteAnnouncement[]): readonly { prefix: string; error: unknown }[] {
    try {
      this.#routes.announce(peer, routes);
      return [];
    } catch (error) {
      // All or nothing: one bad route must not hold the others back.
      return routes.length === 1
        ? [{ prefix: routes[0]!.prefix, error }]
        : routes.flatMap((route) => this.#send(peer, [route]));
    }
  }

  #schedule(holdMs: number): void {
    if (this.#working === 0) {
      this.flush();
      return;
    }
    const dueMs = this.#clock.now() + holdMs;
    if (dueMs >= this.#dueMs) return;
    this.#cancelTimer?.();
    this.#dueMs = dueMs;
    this.#cancelTimer = this.#clock.timer(() => {
      this.#holdMs = Math.min(this.#holdMs * 2, MAX_HOLD_MS);
      this.flush();
    }, holdMs);
  }
}

function deferred(): { promise: Promise<void>; resolve: (value: Promise<void>) => void } {
  let resolve: (value: Promise<void>) => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
