import { Family, type RouteBatch } from "@vipcast/bgp";
import { expect, test } from "vitest";
import { exportPolicy } from "../../src/routes/export-policy.ts";
import { OutboundRoutes, type RouteSink } from "../../src/routes/outbound-routes.ts";
import { systemClock } from "../../src/system-clock.ts";
import { pauseFor } from "../support.ts";

const policy = exportPolicy({
  asn: 65001,
  internal: false,
  families: [Family.Ipv4Unicast],
  extendedNextHop: false,
  local: Uint8Array.of(10, 0, 0, 1),
  configured: [],
  localAddresses: () => [],
  announced: () => false,
});

/** A sink that hands over at once, unless it is congested. */
class Sink implements RouteSink {
  congested = false;
  routes = 0;
  endsOfRib = 0;
  waiting: (() => void)[] = [];

  send(batch: RouteBatch): void {
    this.routes += [...batch.nlri].length;
  }

  sendEndOfRib(): void {
    this.endsOfRib++;
  }

  flush(handedOver: () => void): void {
    this.waiting.push(handedOver);
    if (!this.congested) this.drain();
  }

  drain(): void {
    for (const handedOver of this.waiting.splice(0)) handedOver();
  }
}

async function upWith(prefixes: readonly string[]): Promise<{ routes: OutboundRoutes; sink: Sink }> {
  const routes = new OutboundRoutes(systemClock, { sent: null, refused: () => undefined });
  const sink = new Sink();
  routes.set(prefixes.map((prefix) => ({ prefix })));
  routes.up(sink, policy, [Family.Ipv4Unicast]);
  expect(await routes.flushed()).toBe("flushed");
  return { routes, sink };
}

test("a change without effect, made while the socket is congested, is flushed when that ends", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32"]);
  sink.congested = true;
  routes.apply({ announce: [{ prefix: "192.0.2.2/32" }], withdraw: [] });
  routes.apply({ withdraw: ["192.0.2.2/32"] });
  await pauseFor(1);
  const flushed = routes.flushed();
  sink.congested = false;
  sink.drain();
  routes.drained();
  expect(await flushed).toBe("flushed");
  expect(sink.routes).toBe(1);
});

test("a thousand route refreshes in one turn are answered once, with all routes and one End-of-RIB", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32", "192.0.2.2/32"]);
  for (let count = 0; count < 1000; count++) routes.refresh(Family.Ipv4Unicast);
  expect(await routes.flushed()).toBe("flushed");
  expect([sink.routes, sink.endsOfRib]).toEqual([4, 2]);
});

test("a route refresh while the socket is congested is answered when that ends", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32"]);
  sink.congested = true;
  routes.refresh(Family.Ipv4Unicast);
  await pauseFor(1);
  expect(sink.routes).toBe(1);
  sink.congested = false;
  routes.drained();
  expect(await routes.flushed()).toBe("flushed");
  expect([sink.routes, sink.endsOfRib]).toEqual([2, 2]);
});

test("a route refresh that the end of the session overtakes is forgotten", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32"]);
  routes.refresh(Family.Ipv4Unicast);
  routes.down();
  routes.up(sink, policy, [Family.Ipv4Unicast]);
  expect(await routes.flushed()).toBe("flushed");
  expect([sink.routes, sink.endsOfRib]).toEqual([2, 2]);
});
