import { DrainBook } from "../../src/drain/drain-book.ts";
import { anonymous } from "../../src/ecmp/node-identity.ts";
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
import { FakeSurroundings } from "./fake-surroundings.ts";

/** The parts of the loop by themselves: what they share, over fake ports, with one external peer that is Established. */
export class Loop extends FakeSurroundings {
  /** What was logged, `level words`. */
  readonly said: string[] = [];
  readonly context: LoopContext;
  readonly reconciler: Reconciler;
  readonly observer: Observer;

  constructor(policy: Partial<Policy> = {}) {
    super();
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
    this.establishPeer();
    void this.collect(this.context.hub.subscribe({ limit: 100_000 }));
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
}
