import { defaultPolicy } from "../../src/policy.ts";
import { vip, World } from "../fakes/world.ts";
import { type Act, PEER, PLACES, PREFIXES, unbinds, type Wanted } from "./acts.ts";
import { DrainTruth } from "./drain-truth.ts";
import { CHECK, HealthTruth } from "./health-truth.ts";
import { HEALTH_DAMPING, Promises, type Truth, WITHDRAW_WAIT_MS } from "./promises.ts";
import { Weather } from "./weather.ts";

type Asked = Extract<
  Act,
  { readonly kind: "apply" | "remove" | "drain" | "undrain" | "health" | "reset-damping" | "explain" }
>;

/** The real loop over fake ports, and what the outside knows of it. Same acts and seed, same history. */
export class History implements Truth {
  readonly world: World;
  readonly promises: Promises;
  readonly drains: DrainTruth;
  readonly health: HealthTruth;
  readonly weather: Weather;
  quietFromMs = 0;
  closing = false;
  readonly #wanted = new Map<string, { readonly given: Wanted; readonly sinceMs: number }>();
  /** Removed from the intent in this life of the process, which may remember what was said of them. */
  readonly #left = new Set<string>();
  readonly #removals = new Map<string, number>();
  /** Changes of the intent that a process which stops is not told of; the next one begins with them. */
  readonly #untold: Asked[] = [];
  readonly #marked: boolean;
  #deaf = false;
  /** This process has seen the host. */
  #observed = false;
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    const random = (): number => this.#random();
    this.world = new World(
      {
        withdrawWaitMs: WITHDRAW_WAIT_MS,
        damping: { ...defaultPolicy.damping, holdDownMs: 500, maxHoldDownMs: 2000 },
        healthDamping: HEALTH_DAMPING,
      },
      random,
    );
    const { host, clock, drains, health } = this.world;
    this.drains = new DrainTruth(drains, clock);
    this.health = new HealthTruth(clock, health, PREFIXES);
    this.weather = new Weather(this.world, random);
    host.links.set("veth0", { name: "veth0", up: true });
    this.#marked = this.#random() < 0.8;
    if (!this.#marked) {
      host.marks = "unknown";
      host.addresses.clear();
      host.put("127.0.0.1", 8, "lo", "host");
    }
    host.onObserved = () => {
      // It has what it saw only when that has been handed over.
      const { life } = host;
      clock.timer(() => {
        if (life === host.life) this.#observed = true;
      }, 0);
      if (host.deaf || !this.#deaf) return;
      this.#deaf = false;
      this.quietFromMs = clock.now();
    };
    this.promises = new Promises(this);
    this.world.onDeath = () => this.#died(0);
  }

  get deaf(): boolean {
    return this.#deaf;
  }

  wanted(prefix: string): Wanted | undefined {
    return this.#wanted.get(prefix)?.given;
  }

  removals(prefix: string): number {
    return this.#removals.get(prefix) ?? 0;
  }

  wantedSinceMs(prefix: string): number {
    return this.#wanted.get(prefix)?.sinceMs ?? Number.POSITIVE_INFINITY;
  }

  /** A process starts, with the intent as it is now. */
  begin(): void {
    this.closing = false;
    this.drains.begin();
    this.health.begin();
    this.#left.clear();
    this.#observed = false;
    for (const [prefix, { given }] of this.#wanted) this.health.follow(prefix, given.check);
    const { announcer } = this.world;
    void announcer.start();
    announcer.set([...this.#wanted].map(([prefix, { given }]) => this.#vip(prefix, given)));
  }

  async do(act: Act): Promise<void> {
    this.#do(act);
    this.promises.look();
    if (act.kind === "pass") await this.world.clock.advance(act.ms);
  }

  #do(act: Act): void {
    const { host, routes, clock } = this.world;
    switch (act.kind) {
      case "apply":
      case "remove":
      case "drain":
      case "undrain":
      case "health":
      case "reset-damping":
      case "explain":
        this.#ask(act);
        return;
      case "drain-node":
      case "undrain-node":
        this.#askNode(act.kind === "drain-node");
        return;
      case "waver":
        for (let time = 0; time < 2 * act.times; time++)
          clock.timer(
            () => this.#ask({ ...act, kind: "health", health: time % 2 === 0 ? "unhealthy" : "healthy", ttlMs: null }),
            time * act.everyMs,
          );
        return;
      case "service":
        this.health.serve(PREFIXES[act.which]!, act.service);
        return;
      case "drains-disk":
        this.drains.break(act.failing);
        return;
      case "take":
        this.#take(act.which, act.name);
        return;
      case "fight":
        for (let time = 0; time < act.times; time++)
          clock.timer(() => this.#take(act.which, this.wanted(PREFIXES[act.which]!)?.name ?? "lo"), time * act.everyMs);
        return;
      case "put":
        // Without marks the ledger alone says what is ours, and nobody could tell this one from ours.
        if (this.#marked && !host.has(PREFIXES[act.which]!, act.name)) this.#put(act.which, act.name);
        return;
      case "host-address":
        this.#put(act.which, "eth0");
        return;
      case "host-address-gone":
        host.take(PREFIXES[act.which]!, "eth0");
        return;
      case "link":
        host.setLink(act.name, act.up);
        return;
      case "flap":
        for (let time = 0; time < 2 * act.times; time++)
          clock.timer(() => host.setLink(act.name, time % 2 === 1), time * act.everyMs);
        return;
      case "weather":
      case "ledger":
      case "hang":
      case "calm":
        this.weather.change(act);
        return;
      case "kill":
        if (!this.world.alive) return;
        this.world.onDeath = () => {
          if (act.ledgerLost && this.#marked) this.world.ledger.entries.clear();
          this.#died(act.startAfterMs);
        };
        this.world.fuse = act.crossings;
        if (act.crossings > 0) return;
        this.world.kill();
        this.world.onDeath();
        return;
      case "stop":
        this.#stop(act.startAfterMs);
        return;
      case "deaf":
        this.#deaf = true;
        host.deaf = true;
        return;
      case "resync":
        this.#hear();
        return;
      case "drop":
        routes.drop(PEER);
        return;
      case "establish":
        routes.establish(PEER);
        return;
      case "second-peer":
        if (routes.rib.has("10.0.0.253")) routes.removePeer("10.0.0.253");
        else routes.addPeer("10.0.0.253", true);
        return;
      case "pass":
        return;
      default:
        act satisfies never;
    }
  }

  /** What reaches a process only while there is one; the intent outlives it. */
  #ask(act: Asked): void {
    const { announcer, alive, clock } = this.world;
    const prefix = PREFIXES[act.which]!;
    const there = alive && !this.closing;
    if (alive && this.closing && (act.kind === "apply" || act.kind === "remove")) {
      this.#untold.push(act);
      return;
    }
    switch (act.kind) {
      case "apply":
        this.#wanted.set(prefix, { given: act.wanted, sinceMs: clock.now() });
        if (!there) return;
        this.health.follow(prefix, act.wanted.check);
        announcer.apply({ set: [this.#vip(prefix, act.wanted)] });
        // One that was on its way out may remember what was said of it, or not.
        if (this.#left.delete(prefix) && (this.health.wasPushed(prefix) || act.wanted.check === "pushed"))
          this.#push(prefix, "healthy", null);
        return;
      case "remove":
        if (this.#wanted.delete(prefix)) this.#left.add(prefix);
        if (!there) return;
        this.promises.forgive(prefix);
        announcer.apply({ remove: [prefix] });
        return;
      case "drain":
        if (!there || !this.#wanted.has(prefix)) return;
        this.drains.drain(
          prefix,
          () => announcer.drain(prefix),
          () => this.promises.drained([prefix]),
        );
        return;
      case "undrain":
        if (!there) return;
        this.drains.undrain(prefix);
        announcer.undrain(prefix);
        return;
      case "health":
        if (there) this.#push(prefix, act.health, act.ttlMs);
        return;
      case "reset-damping":
        if (!there) return;
        this.promises.forgive(prefix);
        announcer.resetDamping(prefix);
        return;
      case "explain":
        if (alive) JSON.stringify([announcer.explain(prefix), announcer.vips(), clock.now()]);
        return;
      default:
        act satisfies never;
    }
  }

  #askNode(drain: boolean): void {
    const { announcer, alive } = this.world;
    if (!alive || this.closing) return;
    if (drain) {
      const there = [...this.#wanted.keys()];
      this.drains.drain(
        null,
        () => announcer.drainAll(),
        () => this.promises.drained(there),
      );
      return;
    }
    this.drains.undrain(null);
    announcer.undrainAll();
  }

  #push(prefix: string, health: "healthy" | "degraded" | "unhealthy", ttlMs: number | null): void {
    if (this.world.announcer.setHealth(prefix, health, ttlMs ?? undefined)) this.health.push(prefix, health, ttlMs);
  }

  #stop(startAfterMs: number): void {
    const { announcer, alive, clock } = this.world;
    if (!alive || this.closing) return;
    this.closing = true;
    this.drains.closing();
    const { life } = this.world.host;
    // One that has not seen the host yet takes nothing away, nor what neither a mark nor the ledger calls its own.
    const able = this.#observed && (this.#marked || !this.weather.ledgerFailed);
    void announcer.close().then(({ complete }) => {
      // A bind that was done and said not to be, of which the news is lost as well, nobody knows of.
      const unknowable = this.weather.rough && this.#deaf;
      if (complete && able && !unknowable && life === this.world.host.life) this.promises.closed();
    });
    clock.timer(() => {
      if (life !== this.world.host.life) return;
      this.world.kill();
      this.#died(0);
    }, startAfterMs);
  }

  /** The next process starts a while after the last one died. */
  #died(startAfterMs: number): void {
    this.promises.died();
    this.drains.died();
    for (const act of this.#untold.splice(0)) this.#ask(act);
    this.world.clock.timer(() => {
      if (this.world.alive) return;
      this.world.restart();
      this.begin();
    }, startAfterMs);
  }

  #take(which: number, name: string): void {
    const prefix = PREFIXES[which]!;
    if (this.world.host.take(prefix, name)) this.#removals.set(prefix, this.removals(prefix) + 1);
  }

  #put(which: number, name: string): void {
    this.world.host.put(PREFIXES[which]!.split("/")[0]!, which === 2 ? 128 : 32, name);
  }

  #hear(): void {
    const { host } = this.world;
    host.deaf = false;
    host.resync();
  }

  #vip(prefix: string, wanted: Wanted): ReturnType<typeof vip> {
    const { name, adopt, med, drainMs, check, preference, failbackMs } = wanted;
    return vip(prefix, {
      interface: name,
      adopt,
      med,
      drainMs,
      whenUnhealthy: unbinds(wanted) ? "unbind" : "keep-bound",
      ecmp: { preference, ...(preference === 0 ? {} : { failbackMs }) },
      ...(check === "none" ? {} : { check: check === "probe" ? CHECK : { pushed: true } }),
    });
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  /** Calm weather, every link up, a process that lives, and long enough for every backoff and hold-down. */
  async settle(): Promise<void> {
    const { host, clock } = this.world;
    await this.do({ kind: "calm" });
    this.drains.break(false);
    this.world.fuse = 0;
    for (const name of PLACES) host.setLink(name, true);
    // Whatever was stopped starts again within this time, and every time to live has passed.
    await clock.advance(25_000);
    this.#hear();
    await clock.advance(120_000);
  }
}
