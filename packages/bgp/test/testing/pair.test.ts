import { describe, expect, test } from "vitest";
import { MessageType, type RouteBatch } from "../../src/codec/message.ts";
import { parsePrefix } from "../../src/codec/nlri/prefix.ts";
import { type PeerConfigOptions, peerConfig } from "../../src/fsm/config.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { Pair, type PairOptions } from "../../src/testing/pair.ts";

interface Ends {
  readonly a?: Partial<PeerConfigOptions>;
  readonly b?: Partial<PeerConfigOptions>;
}

/** `a` dials, `b` waits, unless asked otherwise. */
function pairOf({ a = {}, b = {} }: Ends = {}, options: Partial<PairOptions> = {}): Pair {
  return new Pair({
    a: peerConfig({ localAs: 65001, remoteAs: 65000, routerId: 0x0a000001, holdTime: 9, connectRetry: 5, ...a }),
    b: peerConfig({ localAs: 65000, remoteAs: 65001, routerId: 0x0a000002, passive: true, ...b }),
    ...options,
  });
}

function establishedPair(ends?: Ends, options?: Partial<PairOptions>): Pair {
  const pair = pairOf(ends, options);
  pair.start();
  if (!pair.runUntil(() => pair.established, 10_000)) throw new Error("not established");
  return pair;
}

function batch(text: string): RouteBatch {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new Error(text);
  return {
    family: Family.Ipv4Unicast,
    attributes: { origin: 0, asPath: [{ type: 2, asns: [65001] }], nextHop: Uint8Array.of(10, 0, 0, 1) },
    nlri: [prefix],
  };
}

describe("establishment", () => {
  test("takes two round trips: TCP and OPEN, then KEEPALIVE", () => {
    const pair = pairOf({}, { latencyMs: () => 10 });
    pair.start();
    expect(pair.runUntil(() => pair.established, 1000)).toBe(true);
    expect(pair.clock.now()).toBe(40);
  });

  test("both ends agree on the smaller hold time and on the session", () => {
    const pair = establishedPair({ b: { holdTime: 30 } });
    for (const end of [pair.a, pair.b]) {
      expect(end.peer.negotiated).toMatchObject({ holdTime: 9, keepalive: 3, families: [Family.Ipv4Unicast] });
    }
    expect([pair.a.peer.establishedSlot, pair.b.peer.establishedSlot]).toEqual(["outbound", "inbound"]);
  });

  test("works one octet at a time", () => {
    const octetByOctet = (bytes: Uint8Array) => [...bytes].map((octet) => Uint8Array.of(octet));
    const pair = establishedPair({}, { cut: octetByOctet });
    pair.run(60_000);
    expect(pair.established).toBe(true);
  });

  test("works with DelayOpen on either side or both", () => {
    for (const [a, b] of [
      [2, 0],
      [0, 2],
      [2, 2],
    ] as const) {
      expect(establishedPair({ a: { delayOpen: a }, b: { delayOpen: b } }).established).toBe(true);
    }
  });
});

describe("keepalives", () => {
  test("are sent at the third of the hold time, jittered, and keep the session for hours", () => {
    const pair = establishedPair();
    const before = pair.b.peer.snapshot().received.keepalive;
    pair.run(3_600_000);
    expect(pair.established).toBe(true);
    // Random is 0.5: every 3 s × 0.875.
    expect(pair.b.peer.snapshot().received.keepalive - before).toBe(Math.floor(3600 / 2.625));
  });

  test("are not sent at hold time 0, and the session needs none", () => {
    const pair = establishedPair({ b: { holdTime: 0 } });
    const { keepalive } = pair.b.peer.snapshot().received;
    pair.run(86_400_000);
    expect(pair.established).toBe(true);
    expect(pair.b.peer.snapshot().received.keepalive).toBe(keepalive);
  });
});

describe("hold time", () => {
  test("a link that is down ends the session after the hold time, on both ends", () => {
    const pair = establishedPair();
    pair.run(1000);
    pair.linkUp = false;
    const cutAt = pair.clock.now();
    pair.run(10_000);
    for (const end of [pair.a, pair.b]) {
      const down = end.events.find(({ event }) => event.kind === "down");
      expect(down?.event).toMatchObject({ reason: "hold-timer-expired", wasEstablished: true });
      expect(down?.event).toMatchObject({ cause: expect.stringContaining("hold time of 9 s") });
      expect((down?.atMs ?? 0) - cutAt).toBeGreaterThan(9000 - 2700);
      expect((down?.atMs ?? 0) - cutAt).toBeLessThanOrEqual(9000);
    }
  });

  test("a frozen peer is declared dead after 3 s at hold time 3", () => {
    const pair = establishedPair({ a: { holdTime: 3 } });
    pair.run(10_000);
    pair.b.freeze();
    const frozenAt = pair.clock.now();
    pair.run(4000);
    const [down] = pair.a.events.filter(({ event }) => event.kind === "down");
    expect((down?.atMs ?? 0) - frozenAt).toBeGreaterThan(1900);
    expect((down?.atMs ?? 0) - frozenAt).toBeLessThanOrEqual(3002);
  });

  test("our own stall of five seconds does not end a session of nine", () => {
    const pair = establishedPair();
    pair.run(10_000);
    pair.a.freeze();
    pair.run(5000);
    pair.a.thaw();
    pair.run(60_000);
    expect(pair.established).toBe(true);
    expect(pair.a.eventsOf("down")).toEqual([]);
  });
});

describe("routes", () => {
  test("arrive with their attributes, in order, and are withdrawn", () => {
    const pair = establishedPair();
    const seen: string[] = [];
    pair.b.onEvent = (event) => {
      if (event.kind !== "update") return;
      seen.push(...[...event.message.nlri.texts()].map((text) => `+${text}`));
      seen.push(...[...event.message.withdrawn.texts()].map((text) => `-${text}`));
    };
    expect(pair.a.peer.sendRoutes(batch("192.0.2.10/32"))).toBe(true);
    expect(pair.a.peer.sendRoutes(batch("192.0.2.11/32"))).toBe(true);
    expect(pair.a.peer.sendRoutes({ ...batch("192.0.2.10/32"), attributes: null })).toBe(true);
    expect(pair.a.peer.sendEndOfRib(Family.Ipv4Unicast)).toBe(true);
    pair.a.flush();
    pair.run(10);
    expect(seen).toEqual(["+192.0.2.10/32", "+192.0.2.11/32", "-192.0.2.10/32"]);
    expect(pair.b.eventsOf("end-of-rib")).toEqual([{ kind: "end-of-rib", family: Family.Ipv4Unicast }]);
    expect(pair.b.peer.snapshot().received.update).toBe(4);
    expect(pair.a.peer.snapshot().sent.update).toBe(4);
  });

  test("a retained update outlives the chunk it came in", () => {
    const pair = establishedPair();
    pair.a.peer.sendRoutes(batch("192.0.2.10/32"));
    pair.a.flush();
    pair.run(10);
    const [update] = pair.b.eventsOf("update");
    expect([...(update?.message.nlri.texts() ?? [])]).toEqual(["192.0.2.10/32"]);
    expect(update?.message.attributes.materialise().asPath).toEqual([{ type: 2, asns: [65001] }]);
  });

  test("are refused before and after the session", () => {
    const pair = pairOf();
    expect(pair.a.peer.sendRoutes(batch("192.0.2.10/32"))).toBe(false);
    pair.start();
    pair.runUntil(() => pair.established, 100);
    pair.a.call((peer, now) => peer.stop(now));
    expect(pair.a.peer.sendRoutes(batch("192.0.2.10/32"))).toBe(false);
  });

  test("a request for them arrives", () => {
    const pair = establishedPair();
    expect(pair.b.peer.sendRouteRefresh(Family.Ipv4Unicast)).toBe(true);
    pair.b.flush();
    pair.run(10);
    expect(pair.a.eventsOf("route-refresh")).toMatchObject([
      { message: { type: MessageType.RouteRefresh, family: Family.Ipv4Unicast } },
    ]);
  });
});

describe("the end", () => {
  test("a stop is heard with its text, and nobody connects again while it lasts", () => {
    const pair = establishedPair({ b: { passive: false } });
    pair.a.call((peer, now) => peer.stop(now, { subcode: 2, text: "maintenance until 14:00" }));
    pair.run(60_000);
    const text = 'Cease / Administrative Shutdown: "maintenance until 14:00"';
    const [down] = pair.b.eventsOf("down");
    expect(down).toMatchObject({ reason: "notification-received", wasEstablished: true });
    expect(down?.cause).toContain(text);
    expect(pair.a.peer.snapshot().lastNotificationSent?.text).toBe(text);
    expect(pair.a.peer.state).toBe("Idle");
    expect(pair.a.eventsOf("connect").length).toBeLessThanOrEqual(1);
    // Each attempt of the peer is told why.
    expect(pair.b.peer.snapshot().lastNotificationReceived?.text).toBe(text);
    expect(pair.b.peer.snapshot().connectRetryCounter).toBeGreaterThan(3);
  });

  test("a start after it brings the session back at once", () => {
    const pair = establishedPair();
    pair.a.call((peer, now) => peer.stop(now));
    pair.run(60_000);
    pair.a.call((peer, now) => peer.start(now));
    expect(pair.runUntil(() => pair.established, 10)).toBe(true);
  });

  test("a NOTIFICATION of our own choice ends it, and it comes back by itself", () => {
    const pair = establishedPair();
    const body = { code: 6, subcode: 1, data: new Uint8Array(0) };
    pair.b.call((peer, now) => peer.reject(now, body, "more than 10 prefixes"));
    pair.run(10);
    expect(pair.a.eventsOf("down")[0]?.cause).toContain("more prefixes than it allows");
    expect(pair.runUntil(() => pair.established, 1000)).toBe(true);
  });
});

describe("recovery", () => {
  test("a peer that starts a second late is reached with the first quick retries", () => {
    const pair = pairOf();
    pair.b.listening = false;
    pair.start();
    pair.run(1000);
    pair.b.listening = true;
    expect(pair.runUntil(() => pair.established, 1000)).toBe(true);
  });

  test.each([
    ["refuses connections", (pair: Pair, up: boolean) => Object.assign(pair.b, { listening: up })],
    ["is unreachable", (pair: Pair, up: boolean) => Object.assign(pair, { linkUp: up })],
  ])("a router that %s for hours is back within the connect retry time", (_name, set) => {
    const pair = establishedPair();
    set(pair, false);
    if (pair.linkUp) pair.b.call((peer, now) => peer.stop(now, { subcode: null, text: "" }));
    pair.run(4 * 3_600_000);
    expect(pair.a.peer.state).not.toBe("Established");
    pair.b.call((peer, now) => peer.start(now));
    set(pair, true);
    expect(pair.runUntil(() => pair.established, 5000 + 10)).toBe(true);
  });

  test("a session that flaps is tried more and more slowly, a stable one quickly", () => {
    const pair = establishedPair();
    const body = { code: 6, subcode: 4, data: new Uint8Array(0) };
    const pauses: number[] = [];
    const flap = () => {
      const downAt = pair.clock.now();
      pair.b.call((peer, now) => peer.reject(now, body, "flap"));
      pair.run(5);
      pair.runUntil(() => pair.established, 10_000);
      pauses.push(Math.round((pair.clock.now() - downAt) / 100) * 100);
    };
    for (let i = 0; i < 4; i++) flap();
    pair.run(60_000);
    flap();
    expect(pauses).toEqual([200, 400, 900, 1800, 200]);
  });

  test("without a listener the dials follow the schedule", () => {
    const pair = pairOf();
    pair.b.listening = false;
    pair.start();
    pair.run(30_000);
    const at = pair.a.events.filter(({ event }) => event.kind === "connect").map(({ atMs }) => atMs);
    const pauses = at.slice(1).map((time, index) => Math.round((time - (at[index] ?? 0) - 2) / 0.875));
    expect(pauses.slice(0, 7)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    expect(pair.a.eventsOf("down")[0]).toMatchObject({ reason: "connect-failed" });
  });
});

describe("misconfiguration", () => {
  test("the wrong AS is explained on both ends, each with its own remedy", () => {
    const pair = pairOf({ b: { localAs: 65009 } });
    pair.start();
    pair.run(20);
    expect(pair.a.peer.snapshot().lastDown?.cause).toBe(
      "the peer says its AS is 65009, we expect 65000: set asn=65009 for this peer or correct the router",
    );
    expect(pair.b.peer.snapshot().lastDown?.cause).toBe(
      "the peer sent OPEN Message Error / Bad Peer AS: it expects another AS than ours, 65009: correct the neighbour's remote AS on the router, or our asn",
    );
  });

  test("families that do not meet are explained on both ends", () => {
    const pair = pairOf({ b: { families: [Family.Ipv6Unicast] } });
    pair.start();
    pair.run(20);
    const causes = [pair.a, pair.b].map((end) => end.peer.snapshot().lastDown?.cause ?? "");
    expect(causes.some((cause) => cause.includes("no address family in common"))).toBe(true);
    expect(causes.every((cause) => cause.includes("famil"))).toBe(true);
  });

  test("the same router id inside one AS is explained on both ends", () => {
    const ibgp = { localAs: 65001, remoteAs: 65001, routerId: 0x0a000001 } as const;
    const pair = pairOf({ a: ibgp, b: ibgp });
    pair.start();
    pair.run(20);
    const causes = [pair.a, pair.b].map((end) => end.peer.snapshot().lastDown?.cause ?? "");
    expect(causes.every((cause) => cause.includes("router id 10.0.0.1"))).toBe(true);
  });
});
