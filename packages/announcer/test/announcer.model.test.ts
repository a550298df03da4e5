import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../src/policy.ts";
import { portError } from "./fakes/fake-host.ts";
import { vip, World } from "./fakes/world.ts";

// The real loop over fake ports, with histories that no one would think of: rivals, failures, delays, lost news and kills at any
// moment. The promises are checked after each step of time and at every call of a port; at the end, with the weather calm, everything has to be as wanted.

const PREFIXES = ["192.0.2.1/32", "192.0.2.2/32", "2001:db8::3/128"] as const;
// VIPCAST_HISTORIES=50000 for a long search.
const RUNS = Number(process.env.VIPCAST_HISTORIES ?? 300);

type Act =
  | {
      readonly kind: "apply";
      readonly which: number;
      readonly adopt: boolean;
      readonly med: number;
      readonly drainMs: number;
    }
  | {
      readonly kind: "remove" | "take" | "put" | "host-address" | "host-address-gone" | "drain" | "undrain";
      readonly which: number;
    }
  | { readonly kind: "link"; readonly up: boolean }
  | {
      readonly kind: "weather";
      readonly failing: number;
      readonly delayMs: number;
      readonly handOverMs: number;
      readonly eventDelayMs: number;
    }
  | { readonly kind: "ledger"; readonly failing: boolean }
  | { readonly kind: "deaf" | "resync" | "kill" | "drop" | "establish" | "second-peer" | "calm" }
  | { readonly kind: "pass"; readonly ms: number };

const which = fc.nat(PREFIXES.length - 1);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("apply" as const),
      which,
      adopt: fc.boolean(),
      med: fc.constantFrom(0, 1),
      drainMs: fc.constantFrom(0, 0, 300),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), which }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("take" as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("put" as const, "host-address" as const, "host-address-gone" as const),
      which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("drain" as const, "undrain" as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("link" as const), up: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("weather" as const),
      failing: fc.constantFrom(0, 0.2, 0.7),
      delayMs: fc.constantFrom(0, 1, 30),
      handOverMs: fc.constantFrom(0, 5, 200),
      eventDelayMs: fc.constantFrom(0, 0.5, 3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("ledger" as const), failing: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "deaf" as const,
        "resync" as const,
        "kill" as const,
        "drop" as const,
        "establish" as const,
        "second-peer" as const,
        "calm" as const,
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(0, 1, 4, 20, 600, 7000) }),
  },
);

class Model {
  readonly world: World;
  readonly wanted = new Map<string, { adopt: boolean; med: number; drainMs: number }>();
  readonly drained = new Set<string>();
  readonly broken: string[] = [];
  /** News may be this late, and the route may stay so much longer. */
  #lateMs = 0;
  #deafSince: number | null = null;
  #quietFrom = 0;
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.world = new World(
      { withdrawWaitMs: 50, damping: { ...defaultPolicy.damping, holdDownMs: 500, maxHoldDownMs: 2000 } },
      () => this.#random(),
    );
    const { host, routes, clock } = this.world;
    host.onForeignUnbind = ({ prefix, interface: name }) =>
      this.broken.push(`promise 3: ${prefix} on ${name} is not ours and was removed`);
    host.onUnbind = ({ prefix }) => {
      if (routes.announced(prefix)) this.broken.push(`promise 2: ${prefix} was unbound while it was announced`);
      if (routes.inFlight.has(prefix))
        this.broken.push(`promise 2: ${prefix} was unbound before its withdrawal was handed over`);
    };
    host.onObserved = () => {
      if (!host.deaf && this.#deafSince !== null) {
        this.#deafSince = null;
        this.#quietFrom = clock.now();
      }
    };
    routes.onAnnounce = (prefix) => {
      if (!this.#answers(prefix) && !this.#forgiven(prefix))
        this.broken.push(`promise 1: ${prefix} was announced but is not bound`);
    };
    clock.afterStep = () => {
      for (const prefix of PREFIXES)
        if (routes.announced(prefix) && !this.#answers(prefix) && !this.#forgiven(prefix))
          this.broken.push(`promise 1: ${prefix} is announced at ${clock.now()} but not bound`);
    };
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  #answers(prefix: string): boolean {
    return this.world.host.has(prefix) && this.world.host.links.get("lo")?.up === true;
  }

  /** Lost so short a time ago that the route may still be there: the window, late news, a millisecond of the outbox. */
  #forgiven(prefix: string): boolean {
    const { host, clock } = this.world;
    if (this.#deafSince !== null) return true;
    const [address, length] = prefix.split("/");
    const gone = host.goneAt.get(`address ${address}/${length} lo`);
    const since = Math.max(gone ?? Number.NEGATIVE_INFINITY, this.#quietFrom);
    return clock.now() - since <= defaultPolicy.restoreWindowMs + this.#lateMs + 1.001;
  }

  async do(act: Act): Promise<void> {
    const { world } = this;
    const { host, routes, ledger, clock } = world;
    switch (act.kind) {
      case "apply": {
        const prefix = PREFIXES[act.which]!;
        const { adopt, med, drainMs } = act;
        this.wanted.set(prefix, { adopt, med, drainMs });
        world.announcer.apply({ set: [vip(prefix, { adopt, med, drainMs })] });
        return;
      }
      case "remove":
        this.wanted.delete(PREFIXES[act.which]!);
        this.drained.delete(PREFIXES[act.which]!);
        world.announcer.apply({ remove: [PREFIXES[act.which]!] });
        return;
      case "take":
        host.take(PREFIXES[act.which]!);
        return;
      case "put":
        if (!host.has(PREFIXES[act.which]!)) host.put(PREFIXES[act.which]!.split("/")[0]!, act.which === 2 ? 128 : 32);
        return;
      case "host-address":
        host.put(PREFIXES[act.which]!.split("/")[0]!, act.which === 2 ? 128 : 32, "eth0");
        return;
      case "host-address-gone":
        host.take(PREFIXES[act.which]!, "eth0");
        return;
      case "drain": {
        const prefix = PREFIXES[act.which]!;
        if (!this.wanted.has(prefix)) return;
        this.drained.add(prefix);
        world.announcer.drain(prefix).catch(() => {});
        return;
      }
      case "undrain":
        this.drained.delete(PREFIXES[act.which]!);
        world.announcer.undrain(PREFIXES[act.which]!);
        return;
      case "link":
        if (host.links.get("lo")?.up === true && !act.up) this.#quietFrom = clock.now();
        host.setLink("lo", act.up);
        return;
      case "weather":
        this.#lateMs = Math.max(this.#lateMs, act.eventDelayMs);
        host.eventDelayMs = Math.max(host.eventDelayMs, act.eventDelayMs);
        routes.handOverMs = act.handOverMs;
        host.weather = () => ({
          delayMs: act.delayMs * this.#random(),
          ...(this.#random() < act.failing
            ? { error: portError(this.#random() < 0.5 ? "EPERM" : "ENODEV", "not today") }
            : {}),
        });
        return;
      case "ledger":
        ledger.failing = act.failing ? (): boolean => true : null;
        return;
      case "calm":
        host.weather = () => ({ delayMs: 0 });
        routes.handOverMs = 0;
        return;
      case "deaf":
        this.#deafSince = clock.now();
        host.deaf = true;
        return;
      case "resync":
        this.#hear();
        return;
      case "kill":
        world.restart();
        await this.begin();
        return;
      case "drop":
        routes.drop("10.0.0.254");
        return;
      case "establish":
        routes.establish("10.0.0.254");
        return;
      case "second-peer":
        if (routes.rib.has("10.0.0.253")) routes.removePeer("10.0.0.253");
        else routes.addPeer("10.0.0.253", true);
        return;
      case "pass":
        await clock.advance(act.ms);
        return;
      default:
        act satisfies never;
    }
  }

  async begin(): Promise<void> {
    void this.world.announcer.start();
    this.world.announcer.set([...this.wanted].map(([prefix, more]) => vip(prefix, more)));
    this.drained.clear();
  }

  #hear(): void {
    const { host } = this.world;
    host.deaf = false;
    host.resync();
  }

  /** Calm weather, and long enough for every backoff and hold-down. */
  async settle(): Promise<void> {
    const { host, ledger, clock } = this.world;
    await this.do({ kind: "calm" });
    ledger.failing = null;
    host.setLink("lo", true);
    this.#hear();
    await clock.advance(120_000);
  }

  /** What is not as wanted. */
  differences(): string[] {
    const { host, routes, ledger } = this.world;
    const found: string[] = [];
    for (const prefix of PREFIXES) {
      const wanted = this.wanted.get(prefix);
      const there = host.has(prefix);
      const foreign = there && !host.isOurs(prefix);
      const serve =
        wanted !== undefined && !this.drained.has(prefix) && !host.has(prefix, "eth0") && (!foreign || wanted.adopt);
      const check = (what: string, is: boolean, should: boolean): void => {
        if (is !== should) found.push(`${prefix} ${is ? "is" : "is not"} ${what}`);
      };
      for (const [peer, rib] of routes.rib) check(`announced to ${peer}`, rib.has(prefix), serve);
      check("bound by us", host.isOurs(prefix), serve && !foreign);
      check("in the ledger", ledger.entries.has(`${prefix} lo`), serve && !foreign);
      if (serve && routes.attributes(prefix)?.med !== wanted.med)
        found.push(`${prefix} is announced with other attributes`);
    }
    if (!host.has("127.0.0.1/8")) found.push("127.0.0.1/8 is gone");
    return found;
  }
}

describe("the loop under random histories", () => {
  it(`keeps promises 1 to 3 at every step and converges (${RUNS} histories)`, {
    timeout: Math.max(10_000, RUNS * 30),
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), fc.nat(), async (acts, seed) => {
        const model = new Model(seed);
        await model.begin();
        for (const one of acts) {
          await model.do(one);
          if (model.broken.length > 0) break;
        }
        expect(model.broken).toEqual([]);
        await model.settle();
        expect(model.broken).toEqual([]);
        expect(model.differences()).toEqual([]);
        const closed = model.world.announcer.close();
        await model.world.clock.advance(60_000);
        expect((await closed).complete).toBe(true);
        expect(model.broken).toEqual([]);
        for (const prefix of PREFIXES) {
          expect(model.world.routes.announced(prefix)).toBe(false);
          expect(model.world.host.isOurs(prefix)).toBe(false);
        }
        expect(model.world.clock.pending).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });
});
