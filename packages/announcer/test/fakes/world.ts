import { Announcer } from "../../src/announcer.ts";
import type { DesiredVip, VipInput } from "../../src/intent/desired-vip.ts";
import { parseVip } from "../../src/intent/parse-vip.ts";
import type { Policy } from "../../src/policy.ts";
import type { Clock } from "../../src/ports.ts";
import { FakeSurroundings } from "./fake-surroundings.ts";

/** A valid VIP. */
export function vip(prefix: string, more: Omit<VipInput, "prefix"> = {}): DesiredVip {
  const parsed = parseVip({ prefix, ...more });
  if (!parsed.ok) throw new Error(parsed.refusals.map(({ message }) => message).join("; "));
  return parsed.vip;
}

/** From now on, what is bound, unbound, announced and withdrawn, in one list. */
export function order(world: World): string[] {
  const lines: string[] = [];
  const { host, routes } = world;
  host.log.push = (line: string): number => lines.push(line);
  routes.log.push = (line: string): number => lines.push(line);
  return lines;
}

/** An announcer with fake ports, one external peer that is Established, and its events. */
export class World extends FakeSurroundings {
  announcer: Announcer;
  /** The process dies when it has crossed the border to a port so many more times: a call, its answer, news or a timer. 0: it does not. */
  fuse = 0;
  /** Called when the fuse has blown. */
  onDeath: () => void = () => {};
  /** So many borders are not crossed at one time by a process that gets anywhere. */
  circles: number = Number.POSITIVE_INFINITY;
  /** Called when the process goes round in circles: no time passes any more. It is killed. */
  onSpin: () => void = () => {};
  #spin = { atMs: 0, crossings: 0 };
  #alive = { value: true };
  readonly #policy: Partial<Policy>;
  readonly #random: () => number;

  constructor(policy: Partial<Policy> = {}, random: () => number = () => 0.5) {
    super();
    this.#policy = policy;
    this.#random = random;
    this.announcer = this.#make();
    this.establishPeer();
  }

  /** Starts and gives the intent. */
  async begin(...vips: DesiredVip[]): Promise<void> {
    void this.announcer.start();
    this.announcer.set(vips);
    await this.clock.advance(5);
  }

  get alive(): boolean {
    return this.#alive.value;
  }

  /** The process is killed: nothing it was about to do happens any more, and its sessions end. */
  kill(): void {
    this.#alive.value = false;
    this.fuse = 0;
    for (const rib of this.routes.rib.values()) rib.clear();
    this.routes.inFlight.clear();
    this.host.life++;
    this.routes.life++;
    this.ledger.life++;
  }

  /** Killed, and a new process takes over host and ledger. */
  restart(): void {
    this.kill();
    this.#alive = { value: true };
    this.announcer = this.#make();
  }

  #make(): Announcer {
    const alive = this.#alive;
    const lives = (): boolean => {
      if (alive.value) this.#noticeSpin();
      if (alive.value && this.fuse > 0 && --this.fuse === 0) {
        this.kill();
        this.onDeath();
      }
      return alive.value;
    };
    const [addresses, routes, ledger, health, drains] = [
      mortal(this.host, lives),
      mortal(this.routes, lives),
      mortal(this.ledger, lives),
      mortal(this.health, lives),
      mortal(this.drains, lives),
    ];
    const clock: Clock = {
      now: () => this.clock.now(),
      date: () => this.clock.date(),
      timer: (callback, delayMs) => this.clock.timer(() => lives() && callback(), delayMs),
    };
    const ports = { addresses, routes, ledger, health, drains, traffic: this.traffic, random: this.#random };
    const announcer = new Announcer({ ports, policy: this.#policy, clock });
    void this.collect(announcer.events({ limit: 1_000_000 }));
    return announcer;
  }

  #noticeSpin(): void {
    const now = this.clock.now();
    if (this.#spin.atMs !== now) this.#spin = { atMs: now, crossings: 0 };
    if (++this.#spin.crossings < this.circles) return;
    this.#spin.crossings = 0;
    this.kill();
    this.onSpin();
    this.onDeath();
  }
}

/** A port of a process that may be killed: afterwards no call does anything, and no answer or event arrives. `lives` is asked at each of them. */
function mortal<T extends object>(port: T, lives: () => boolean): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        if (!lives()) {
          if (name === "watch" || name === "onPeer") return () => {};
          return name === "peers" ? [] : name === "announce" ? undefined : new Promise(() => {});
        }
        const given = args.map((arg) =>
          typeof arg === "function" ? (event: unknown): unknown => (lives() ? arg(event) : undefined) : arg,
        );
        const result: unknown = Reflect.apply(member, target, given);
        if (!(result instanceof Promise)) return result;
        return new Promise((resolve, reject) => {
          result.then(
            (value) => lives() && resolve(value),
            (error) => lives() && reject(error),
          );
        });
      };
    },
  });
}
