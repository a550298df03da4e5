import type { AnnouncerEvent } from "../../src/events.ts";
import { FakeDrains } from "./fake-drains.ts";
import { FakeHealth } from "./fake-health.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeLedger } from "./fake-ledger.ts";
import { FakeRoutes } from "./fake-routes.ts";
import { FakeTraffic } from "./fake-traffic.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** What an announcer, or a part of one, lives among: a fake for each port, one clock for all, and the events so far. */
export abstract class FakeSurroundings {
  readonly clock: VirtualClock = new VirtualClock();
  readonly host: FakeHost = new FakeHost(this.clock);
  readonly routes: FakeRoutes = new FakeRoutes(this.clock);
  readonly ledger: FakeLedger = new FakeLedger();
  readonly health: FakeHealth = new FakeHealth(this.clock);
  readonly drains: FakeDrains = new FakeDrains();
  readonly traffic: FakeTraffic = new FakeTraffic(this.clock);
  readonly events: AnnouncerEvent[] = [];

  /** Events so far of this name. */
  named(name: string): AnnouncerEvent[] {
    return this.events.filter(({ event }) => event === name);
  }

  /** One external peer that is Established. */
  protected establishPeer(): void {
    this.routes.addPeer("10.0.0.254");
    this.routes.establish("10.0.0.254");
  }

  protected async collect(events: AsyncIterable<AnnouncerEvent>): Promise<void> {
    for await (const event of events) this.events.push(event);
  }
}
