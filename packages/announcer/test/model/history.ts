import { defaultPolicy } from "../../src/policy.ts";
import { portError } from "../fakes/fake-host.ts";
import { vip, World } from "../fakes/world.ts";
import { type Act, PLACES, PREFIXES } from "./acts.ts";
import { Promises, type Truth, WITHDRAW_WAIT_MS } from "./promises.ts";

const PEER = "10.0.0.254";
const WORST_MED = 4294967295;

interface Wanted {
  readonly name: string;
  readonly adopt: boolean;
  readonly med: number;
  readonly drainMs: number;
}

/** A port that waits behind a gate until it is opened. */
class Gate {
  promise: Promise<void> | null = null;
  #open: () => void = () => {};

  close(): Promise<void> {
    this.promise ??= new Promise((resolve) => {
      this.#open = resolve;
    });
    return this.promise;
  }

  open(): void {
    this.#open();
    this.promise = null;
  }
}

/** The real loop over fake ports, and what the outside knows of it. Same acts and seed, same history. */
export class History implements Truth {
  readonly world: World;
  readonly promises: Promises;
  lateMs = 0;
  quietFromMs = 0;
  closing = false;
  readonly #wanted = new Map<string, Wanted>();
  readonly #drained = new Set<string>();
  readonly #health = new Map<
    string,
    { readonly health: "healthy" | "degraded" | "unhealthy"; readonly untilMs: number }
  >();
  readonly #gates = { host: new Gate(), ledger: new Gate(), peers: new Gate() };
  readonly #marked: boolean;
  #deaf = false;
  #calmAtMs = 0;
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.world = new World(
      { withdrawWaitMs: WITHDRAW_WAIT_MS, damping: { ...defaultPolicy.damping, holdDownMs: 500, maxHoldDownMs: 2000 } },
      () => this.#random(),
    );
    const { host, clock } = this.world;
    host.links.set("veth0", { name: "veth0", up: true });
    this.#marked = this.#random() < 0.8;
    if (!this.#marked) {
      host.marks = "unknown";
      host.addresses.clear();
      host.put("127.0.0.1", 8, "lo", "host");
    }
    host.onObserved = () => {
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

  get hanging(): boolean {
    const { clock, routes } = this.world;
    const shut = Object.values(this.#gates).some(({ promise }) => promise !== null);
    return shut || clock.now() - this.#calmAtMs < 2000 + routes.handOverMs;
  }

  wanted(prefix: string): Wanted | undefined {
    return this.#wanted.get(prefix);
  }

  health(prefix: string): "healthy" | "degraded" | "unhealthy" {
    const known = this.#health.get(prefix);
    if (known === undefined) return "healthy";
    return known.untilMs < this.world.clock.now() ? "unhealthy" : known.health;
  }

  drained(prefix: string): boolean {
    return this.#drained.has(prefix) && !this.closing;
  }

  /** A process starts, with the intent as it is now. */
  begin(): void {
    this.closing = false;
    this.#drained.clear();
    // These hosts keep no drains over a restart.
    this.world.drains.state = { node: false, vips: [] };
    this.#health.clear();
    const { announcer } = this.world;
    void announcer.start();
    announcer.set([...this.#wanted].map(([prefix, given]) => this.#vip(prefix, given)));
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
      case "explain":
        this.#ask(act);
        return;
      case "take":
        host.take(PREFIXES[act.which]!, act.name);
        return;
      case "fight":
        for (let time = 0; time < act.times; time++)
          clock.timer(
            () => host.take(PREFIXES[act.which]!, this.#wanted.get(PREFIXES[act.which]!)?.name),
            time * act.everyMs,
          );
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
        this.#weather(act);
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
  #ask(act: Extract<Act, { readonly kind: "apply" | "remove" | "drain" | "undrain" | "health" | "explain" }>): void {
    const { announcer, alive, clock } = this.world;
    const prefix = PREFIXES[act.which]!;
    const there = alive && !this.closing;
    switch (act.kind) {
      case "apply": {
        const { name, adopt, med, drainMs } = act;
        const given = { name, adopt, med, drainMs };
        this.#wanted.set(prefix, given);
        if (!there) return;
        announcer.apply({ set: [this.#vip(prefix, given)] });
        // One that was on its way out may remember what was said of it.
        if (this.#health.has(prefix) || this.#random() < 0.5) this.#push(prefix, "healthy", null);
        return;
      }
      case "remove":
        this.#wanted.delete(prefix);
        this.#drained.delete(prefix);
        if (there) announcer.apply({ remove: [prefix] });
        return;
      case "drain":
        if (!there || !this.#wanted.has(prefix)) return;
        this.#drained.add(prefix);
        announcer.drain(prefix).catch(() => {});
        return;
      case "undrain":
        this.#drained.delete(prefix);
        if (there) announcer.undrain(prefix);
        return;
      case "health":
        if (there) this.#push(prefix, act.health, act.ttlMs);
        return;
      case "explain":
        if (alive) JSON.stringify([announcer.explain(prefix), announcer.vips(), clock.now()]);
        return;
      default:
        return;
    }
  }

  #push(prefix: string, health: "healthy" | "degraded" | "unhealthy", ttlMs: number | null): void {
    if (!this.world.announcer.setHealth(prefix, health, ttlMs ?? undefined)) return;
    const untilMs = ttlMs === null ? Number.POSITIVE_INFINITY : this.world.clock.now() + ttlMs;
    this.#health.set(prefix, { health, untilMs });
  }

  #weather(act: Extract<Act, { readonly kind: "weather" | "ledger" | "hang" | "calm" }>): void {
    const { host, routes, ledger, clock } = this.world;
    switch (act.kind) {
      case "weather":
        this.lateMs = Math.max(this.lateMs, act.eventDelayMs);
        host.eventDelayMs = this.lateMs;
        routes.handOverMs = act.handOverMs;
        host.weather = () => ({
          delayMs: act.delayMs * this.#random(),
          ...(this.#random() < act.failing
            ? { error: portError(this.#random() < 0.5 ? "EPERM" : "ENODEV", "not today") }
            : {}),
        });
        routes.refuse = () => (this.#random() < act.refusing ? portError("ERR_SPEAKER_ROUTE", "not this one") : null);
        return;
      case "ledger":
        ledger.failing = act.failing ? (): boolean => true : null;
        ledger.wait = async () => {
          if (this.#gates.ledger.promise !== null) await this.#gates.ledger.promise;
          if (act.delayMs > 0) await clock.sleep(act.delayMs);
        };
        return;
      case "hang":
        if (act.what === "host") host.gate = this.#gates.host.close();
        else if (act.what === "peers") routes.gate = this.#gates.peers.close();
        else {
          const shut = this.#gates.ledger.close();
          ledger.wait = () => shut;
        }
        return;
      case "calm":
        host.weather = () => ({ delayMs: 0 });
        routes.handOverMs = 0;
        routes.refuse = () => null;
        ledger.failing = null;
        ledger.wait = async () => {};
        host.gate = null;
        routes.gate = null;
        for (const gate of Object.values(this.#gates)) gate.open();
        this.#calmAtMs = clock.now();
        return;
      default:
        act satisfies never;
    }
  }

  #stop(startAfterMs: number): void {
    const { announcer, alive, clock } = this.world;
    if (!alive || this.closing) return;
    this.closing = true;
    const { life } = this.world.host;
    void announcer.close().then(({ complete }) => {
      if (complete && life === this.world.host.life) this.promises.closed();
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
    this.world.clock.timer(() => {
      if (this.world.alive) return;
      this.world.restart();
      this.begin();
    }, startAfterMs);
  }

  #put(which: number, name: string): void {
    this.world.host.put(PREFIXES[which]!.split("/")[0]!, which === 2 ? 128 : 32, name);
  }

  #hear(): void {
    const { host } = this.world;
    host.deaf = false;
    host.resync();
  }

  #vip(prefix: string, { name, adopt, med, drainMs }: Wanted): ReturnType<typeof vip> {
    return vip(prefix, { interface: name, adopt, med, drainMs });
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  /** Calm weather, every link up, a process that lives, and long enough for every backoff and hold-down. */
  async settle(): Promise<void> {
    const { host, clock } = this.world;
    await this.do({ kind: "calm" });
    this.world.fuse = 0;
    for (const name of PLACES) host.setLink(name, true);
    // Whatever was stopped starts again within this time, and every time to live has passed.
    await clock.advance(25_000);
    this.#hear();
    await clock.advance(120_000);
  }

  /** What is not as wanted, once everything had time. */
  differences(): string[] {
    const { host, routes, ledger } = this.world;
    const found: string[] = [];
    for (const prefix of PREFIXES) {
      const given = this.#wanted.get(prefix);
      const mayServe = given !== undefined && !this.#drained.has(prefix) && !this.promises.contradicted(prefix);
      const health = this.health(prefix);
      const check = (what: string, is: boolean, should: boolean): void => {
        if (is !== should) found.push(`${prefix} ${is ? "is" : "is not"} ${what}`);
      };
      for (const [peer, rib] of routes.rib)
        check(`announced to ${peer}`, rib.has(prefix), mayServe && health !== "unhealthy");
      for (const name of PLACES) {
        const foreign = host.has(prefix, name) && !host.isOurs(prefix, name);
        const ours = mayServe && given.name === name && !foreign;
        check(`bound by us on ${name}`, host.isOurs(prefix, name), ours);
        check(`in the ledger with ${name}`, ledger.entries.has(`${prefix} ${name}`), ours);
      }
      if (!mayServe || health === "unhealthy") continue;
      const med = health === "degraded" ? WORST_MED : given.med;
      if (routes.attributes(prefix)?.med !== med) found.push(`${prefix} is announced with other attributes`);
    }
    if (!host.has("127.0.0.1/8")) found.push("127.0.0.1/8 is gone");
    return found;
  }
}
