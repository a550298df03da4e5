import { Announcer } from "../../src/announcer.ts";
import type { AnnouncerEvent } from "../../src/events.ts";
import type { DesiredVip, VipInput } from "../../src/intent/desired-vip.ts";
import { parseVip } from "../../src/intent/parse-vip.ts";
import type { Policy } from "../../src/policy.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeLedger } from "./fake-ledger.ts";
import { FakeRoutes } from "./fake-routes.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** A valid VIP. */
export function vip(prefix: string, more: Omit<VipInput, "prefix"> = {}): DesiredVip {
  const parsed = parseVip({ prefix, ...more });
  if (!parsed.ok) throw new Error(parsed.refusals.map(({ message }) => message).join("; "));
  return parsed.vip;
}

/** An announcer with fake ports, one external peer that is Established, and its events. */
export class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly host: FakeHost = new FakeHost(this.clock);
  readonly routes: FakeRoutes = new FakeRoutes(this.clock);
  readonly ledger: FakeLedger = new FakeLedger();
  readonly events: AnnouncerEvent[] = [];
  announcer: Announcer;
  readonly #policy: Partial<Policy>;
  readonly #random: () => number;

  constructor(policy: Partial<Policy> = {}, random: () => number = () => 0.5) {
    this.#policy = policy;
    this.#random = random;
    this.announcer = this.#make();
    this.routes.addPeer("10.0.0.254");
    this.routes.establish("10.0.0.254");
  }

  /** Starts and gives the intent. */
  async begin(...vips: DesiredVip[]): Promise<void> {
    void this.announcer.start();
    this.announcer.set(vips);
    await this.clock.advance(5);
  }

  /** The process was killed; a new one starts over the same host and ledger. */
  restart(): void {
    this.announcer = this.#make();
  }

  /** Names of the events so far, with their VIP. */
  named(name: string): AnnouncerEvent[] {
    return this.events.filter(({ event }) => event === name);
  }

  #make(): Announcer {
    const { host, routes, ledger, clock } = this;
    const announcer = new Announcer({
      ports: { addresses: host, routes, ledger, random: this.#random },
      policy: this.#policy,
      clock,
    });
    void this.#collect(announcer.events({ limit: 1_000_000 }));
    return announcer;
  }

  async #collect(events: AsyncIterable<AnnouncerEvent>): Promise<void> {
    for await (const event of events) this.events.push(event);
  }
}
