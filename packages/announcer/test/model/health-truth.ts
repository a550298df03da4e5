import type { FakeHealth } from "../fakes/fake-health.ts";
import type { VirtualClock } from "../fakes/virtual-clock.ts";
import type { CHECKS, PREFIXES, SERVICES } from "./acts.ts";

type Check = (typeof CHECKS)[number];
type Service = (typeof SERVICES)[number];
type Given = "healthy" | "degraded" | "unhealthy";

/** The check of a history: often enough to be found within {@link DETECTION_MS}, seldom enough for a history to be short. */
export const CHECK = { tcp: "{vip}:6443", intervalMs: 4000, fastIntervalMs: 500, timeoutMs: 250, rise: 2, fall: 2 };

const SLOW_MS = 100;

/** How long a service may be gone until its VIP is not announced any more: an interval, two probes at the fast one, and an answer under way. */
export const DETECTION_MS = CHECK.intervalMs + CHECK.fastIntervalMs + 2 * CHECK.timeoutMs + SLOW_MS;

const WORSE: readonly Given[] = ["unhealthy", "degraded", "healthy"];

/** What is known of services from outside: what they answer, what was pushed of them, and since when. */
export class HealthTruth {
  readonly #clock: VirtualClock;
  readonly #services = new Map<string, { service: Service; badFromMs: number | null; changed: () => void }>();
  readonly #pushed = new Map<string, { readonly health: Given; readonly untilMs: number }>();
  readonly #checks = new Map<string, { readonly check: Check; readonly sinceMs: number }>();
  /** Something has said in this life of the process that it is healthy, or nothing is asked. */
  readonly #vouched = new Set<string>();
  readonly #successes = new Map<string, number>();
  /** A check has found something wrong in this life of the process. */
  readonly #condemned = new Set<string>();

  constructor(clock: VirtualClock, port: FakeHealth, prefixes: typeof PREFIXES) {
    this.#clock = clock;
    for (const prefix of prefixes) this.#services.set(prefix, { service: "up", badFromMs: null, changed: () => {} });
    port.answer = (_probe, { vip }) => {
      const service = this.#services.get(vip)!;
      const good = service.service === "up" || service.service === "slow";
      const successes = good ? (this.#successes.get(vip) ?? 0) + 1 : 0;
      this.#successes.set(vip, successes);
      if (successes >= CHECK.rise) this.#vouched.add(vip);
      if (!good) this.#condemned.add(vip);
      switch (service.service) {
        case "up":
          return { outcome: { ok: true, detail: "connected" } };
        case "slow":
          return { afterMs: SLOW_MS, outcome: { ok: true, detail: "connected" } };
        case "down":
          return { outcome: { ok: false, detail: "connect ECONNREFUSED" } };
        case "silent":
          return "silence";
        case "stuck":
          return new Promise((resolve) => {
            const { changed } = service;
            service.changed = () => {
              changed();
              resolve({ ok: false, detail: "ended at last" });
            };
          });
        default:
          return service.service satisfies never;
      }
    };
  }

  /** A process begins, and knows nothing. */
  begin(): void {
    this.#pushed.clear();
    this.#checks.clear();
    this.#vouched.clear();
    this.#condemned.clear();
    this.#successes.clear();
  }

  /** The process was told what to check. */
  follow(prefix: string, check: Check): void {
    if (check === "none") this.#vouched.add(prefix);
    if (this.#checks.get(prefix)?.check !== check) this.#checks.set(prefix, { check, sinceMs: this.#clock.now() });
  }

  push(prefix: string, health: Given, ttlMs: number | null): void {
    const untilMs = ttlMs === null ? Number.POSITIVE_INFINITY : this.#clock.now() + ttlMs;
    this.#pushed.set(prefix, { health, untilMs });
    if (health !== "unhealthy") this.#vouched.add(prefix);
  }

  /** Something was pushed in this life of the process. */
  wasPushed(prefix: string): boolean {
    return this.#pushed.has(prefix);
  }

  serve(prefix: string, to: Service): void {
    const service = this.#services.get(prefix)!;
    const bad = to !== "up" && to !== "slow";
    service.badFromMs = bad ? (service.badFromMs ?? this.#clock.now()) : null;
    service.service = to;
    service.changed();
    service.changed = () => {};
  }

  /** What was pushed, with silence past the time to live counted as failure; null when nothing was. */
  pushed(prefix: string): Given | null {
    const known = this.#pushed.get(prefix);
    if (known === undefined) return null;
    return known.untilMs < this.#clock.now() ? "unhealthy" : known.health;
  }

  /** A verdict must be pushed and was not: what an earlier check had said holds for a while. */
  awaited(prefix: string): boolean {
    return this.#checks.get(prefix)?.check === "pushed" && !this.#pushed.has(prefix);
  }

  /** The time to live of what was pushed is over, at this moment or before. */
  silent(prefix: string): boolean {
    return (this.#pushed.get(prefix)?.untilMs ?? Number.POSITIVE_INFINITY) <= this.#clock.now();
  }

  /** For how long the check must have seen failures, milliseconds; 0 when it sees none. */
  failingMs(prefix: string): number {
    const checked = this.#checks.get(prefix);
    const badFromMs = this.#services.get(prefix)?.badFromMs ?? null;
    if (checked?.check !== "probe" || badFromMs === null) return 0;
    return this.#clock.now() - Math.max(badFromMs, checked.sinceMs);
  }

  /** Nothing has ever said in this life of the process that it is healthy. */
  unvouched(prefix: string): boolean {
    return !this.#vouched.has(prefix);
  }

  /** What everything comes to, once it had time; null when nobody can say, because the verdict of an earlier check stands. */
  settled(prefix: string, check: Check): Given | "unknown" | null {
    const pushed = this.pushed(prefix);
    if (check === "pushed")
      return pushed ?? (this.unvouched(prefix) && !this.#condemned.has(prefix) ? "unknown" : null);
    const found: Given = check === "probe" && this.failingMs(prefix) > 0 ? "unhealthy" : "healthy";
    return WORSE.find((one) => one === pushed || one === found) ?? "healthy";
  }
}
