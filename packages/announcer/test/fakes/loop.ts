import { DrainBook } from "../../src/drain/drain-book.ts";
import { anonymous } from "../../src/ecmp/node-identity.ts";
import type { AnnouncerEvent } from "../../src/events.ts";
import { HostIndex } from "../../src/host/host-index.ts";
import type { DesiredVip } from "../../src/intent/desired-vip.ts";
import type { LoopContext } from "../../src/loop/context.ts";
import { EventHub } from "../../src/loop/event-hub.ts";
import { LedgerBook } from "../../src/loop/ledger-book.ts";
import { Observer } from "../../src/loop/observer.ts";
import { Outbox } from "../../src/loop/outbox.ts";
import { Reconciler } from "../../src/loop/reconciler.ts";
import { Turns } from "../../src/loop/turns.ts";
import type { VipEntry } from "../../src/loop/vip-entry.ts";
import { completePolicy, type Policy } from "../../src/policy.ts";
import { FakeDrains } from "./fake-drains.ts";
import { FakeHealth } from "./fake-health.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeLedger } from "./fake-ledger.ts";
import { FakeRoutes } from "./fake-routes.ts";
import { FakeTraffic } from "./fake-traffic.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** The parts of the loop by themselves: what they share, over fake ports, with one external peer that is Established. */
export class Loop {
  readonly clock: VirtualClock = new VirtualClock();
  readonly host: FakeHost = new FakeHost(this.clock);
  readonly routes: FakeRoutes = new FakeRoutes(this.clock);
  readonly ledger: FakeLedger = new FakeLedger();
  readonly health: FakeHealth = new FakeHealth(this.clock);
  readonly drains: FakeDrains = new FakeDrains();
  readonly traffic: FakeTraffic = new FakeTraffic(this.clock);
  readonly events: AnnouncerEvent[] = [];
  /** What was logged, `level words`. */
  readonly said: string[] = [];
  readonly context: LoopContext;
  readonly reconciler: Reconciler;
  readonly observer: Observer;

  constructor(policy: Partial<Policy> = {}) {
    const { clock, host, routes, ledger, health, drains, traffic } = this;
    const random = (): number => 0.5;
    const say =
      (level: string) =>
      (_fields: object, words: string): void =>
        void this.said.push(`${level} ${words}`);
    const logger = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
    this.context = {
      ports: { addresses: host, routes, ledger, health, drains, traffic, random, logger },
      clock,
      random,
      logger,
      hub: new EventHub(clock),
      index: new HostIndex(),
      book: new LedgerBook(ledger, clock),
      drains: new DrainBook(drains),
      outbox: new Outbox(routes, clock, anonymous, (prefix, failures) =>
        this.reconciler.routeOffered(prefix, failures),
      ),
      turns: new Turns(clock),
      node: anonymous,
      policy: completePolicy(policy),
      ledgerDown: false,
      hurry: false,
      observe: () => this.observer.observe(),
    };
    this.reconciler = new Reconciler(this.context);
    this.observer = new Observer(this.context, this.reconciler);
    routes.addPeer("10.0.0.254");
    routes.establish("10.0.0.254");
    void this.#collect();
  }

  /** Observes the host and starts work on these. */
  async begin(...vips: DesiredVip[]): Promise<VipEntry[]> {
    const entries = vips.map((one) => this.reconciler.add(one));
    void this.observer.start();
    await this.clock.advance(0);
    this.reconciler.enable();
    await this.clock.advance(5);
    return entries;
  }

  /** Names of the events so far, with their VIP. */
  named(name: string): AnnouncerEvent[] {
    return this.events.filter(({ event }) => event === name);
  }

  async #collect(): Promise<void> {
    for await (const event of this.context.hub.subscribe({ limit: 100_000 })) this.events.push(event);
  }
}
