import { beforeEach, describe, expect, test } from "vitest";
import type { RouteBatch } from "../../src/codec/message.ts";
import { formatPrefix, parsePrefix } from "../../src/codec/nlri/prefix.ts";
import type { GracefulRestartOffer } from "../../src/fsm/config.ts";
import { type PeerConfigOptions, peerConfig } from "../../src/fsm/config.ts";
import type { RestartState } from "../../src/fsm/open.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { AdjRibIn } from "../../src/rib/adj-rib-in.ts";
import { acceptAll } from "../../src/rib/policy.ts";
import type { PeerEvent } from "../../src/session/peer-events.ts";
import { type Endpoint, Pair } from "../../src/testing/pair.ts";

const { Ipv4Unicast: v4, Ipv6Unicast: v6 } = Family;
const [one, two, six] = ["192.0.2.1/32", "192.0.2.2/32", "2001:db8::1/128"];
const families = [v4, v6];

function offer(change: Partial<GracefulRestartOffer> = {}): GracefulRestartOffer {
  const all = families.map((family) => ({ family, forwarding: false }));
  return { restarted: false, notification: true, restartTime: 10, families: all, ...change };
}

/** Holds what an end receives, and does what its events say. */
class Receiver {
  readonly rib = new AdjRibIn({ policy: acceptAll, localAs: 65001, localRouterId: 0x0a000001 });
  /** `reason family routes` of each sweep that took something away. */
  readonly swept: string[] = [];

  constructor(end: Endpoint) {
    end.onEvent = (event) => this.#obey(event);
  }

  get routes(): string {
    return [...this.rib.routes()].map(({ prefix }) => formatPrefix(prefix)).join(" ");
  }

  #obey(event: PeerEvent): void {
    if (event.kind === "update") this.rib.receive(event.message, event.ignoredFamilies);
    if (event.kind === "stale") this.rib.markStale(event.family);
    if (event.kind === "sweep") {
      const { withdraw } = this.rib.sweep(event.family);
      if (withdraw.length > 0) this.swept.push(`${event.reason} ${withdraw.map(formatPrefix).join(" ")}`);
    }
    if (event.kind === "down")
      for (const family of families) if (!event.retained.includes(family)) this.rib.clear(family);
  }
}

/** `a` is the one that keeps routes (the helper), `b` the one that restarts; `a` dials. */
let pair: Pair;
let receiver: Receiver;
let restartState: RestartState;

interface Given {
  readonly helper?: Partial<PeerConfigOptions>;
  readonly ours?: GracefulRestartOffer | null;
  readonly theirs?: GracefulRestartOffer | null;
  readonly enhanced?: boolean;
}

function begin({ helper = {}, ours = offer(), theirs = offer(), enhanced = false }: Given = {}): void {
  const shared = { families, connectRetry: 1, idleHold: { initial: 0.25, max: 0.25 } };
  const capabilities = { enhancedRouteRefresh: enhanced };
  restartState = { restarted: false, forwarding: families };
  pair = new Pair({
    a: peerConfig({
      ...shared,
      localAs: 65001,
      remoteAs: 65000,
      routerId: 1,
      capabilities: { ...capabilities, gracefulRestart: ours },
      ...helper,
    }),
    b: peerConfig({
      ...shared,
      localAs: 65000,
      remoteAs: 65001,
      routerId: 2,
      passive: true,
      capabilities: { ...capabilities, gracefulRestart: theirs },
    }),
    restartState: { b: () => restartState },
  });
  receiver = new Receiver(pair.a);
  pair.start();
  establish();
  announce(one, two, six);
  endOfRib();
}

function establish(): void {
  if (!pair.runUntil(() => pair.established, 10_000)) throw new Error("not established");
}

function announce(...prefixes: readonly string[]): void {
  for (const text of prefixes) {
    const prefix = parsePrefix(text);
    if (prefix === undefined) throw new Error(text);
    const nextHop = prefix.family === v4 ? Uint8Array.of(10, 0, 0, 2) : new Uint8Array(16).fill(1);
    const attributes: RouteBatch["attributes"] = { origin: 0, asPath: [{ type: 2, asns: [65000] }], nextHop };
    pair.b.peer.sendRoutes({ family: prefix.family, attributes, nlri: [prefix] });
  }
  pair.b.flush();
  pair.run(10);
}

function endOfRib(...of: readonly Family[]): void {
  for (const family of of.length === 0 ? families : of) pair.b.peer.sendEndOfRib(family);
  pair.b.flush();
  pair.run(10);
}

/** The restarter is gone: TCP ends, and nothing answers there. */
function crash(): void {
  pair.b.call((peer, now) => peer.stop(now, { subcode: null, text: "" }));
  pair.run(10);
  expect(pair.a.peer.state).not.toBe("Established");
}

/** And is there again. */
function back(state: Partial<RestartState> = {}): void {
  restartState = { restarted: true, forwarding: families, ...state };
  pair.b.call((peer, now) => peer.start(now));
  establish();
  pair.run(10);
}

describe("the helper of a peer that restarts (RFC 4724 §4.2)", () => {
  beforeEach(() => begin());

  test("keeps its routes, and drops after End-of-RIB what did not come back", () => {
    crash();
    expect(receiver.routes).toBe(`${one} ${two} ${six}`);
    expect(pair.a.peer.snapshot().stale).toMatchObject([
      { family: v4, cause: "restart" },
      { family: v6, cause: "restart" },
    ]);
    back();
    announce(one);
    expect(receiver.routes).toBe(`${one} ${two} ${six}`);
    endOfRib(v4);
    expect([receiver.routes, receiver.swept]).toEqual([`${one} ${six}`, [`end-of-rib ${two}`]]);
    endOfRib(v6);
    expect([receiver.routes, pair.a.peer.snapshot().stale]).toEqual([one, []]);
  });

  test("drops them when the restart time runs out first", () => {
    crash();
    pair.run(9900);
    expect(receiver.routes).toBe(`${one} ${two} ${six}`);
    pair.run(200);
    expect([receiver.routes, receiver.swept]).toEqual(["", [`timer ${one} ${two}`, `timer ${six}`]]);
  });

  test("drops a family whose forwarding state the peer has not kept, once it is back", () => {
    crash();
    back({ forwarding: [v6] });
    expect([receiver.routes, receiver.swept]).toEqual([six, [`not-preserved ${one} ${two}`]]);
  });

  test("drops them when the session ends again before they were announced, however often: a peer that flaps keeps nothing alive", () => {
    crash();
    back();
    announce(one);
    crash();
    expect([receiver.routes, receiver.swept]).toEqual([one, [`restarted-again ${two}`, `restarted-again ${six}`]]);
    for (let flap = 0; flap < 20; flap++) {
      back();
      crash();
    }
    expect([receiver.routes, receiver.swept.at(-1)]).toEqual(["", `restarted-again ${one}`]);
  });

  test("drops them at its own limit when End-of-RIB never comes", () => {
    crash();
    back();
    announce(one);
    pair.run(119_900);
    expect(receiver.routes).toBe(`${one} ${two} ${six}`);
    pair.run(200);
    expect([receiver.routes, pair.established]).toEqual([one, true]);
  });

  test("drops them when it is stopped itself, also while the peer is away", () => {
    crash();
    pair.a.call((peer, now) => peer.stop(now));
    expect([receiver.routes, receiver.swept[0]]).toEqual(["", `stopped ${one} ${two}`]);
    expect(pair.a.peer.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    begin();
    pair.a.call((peer, now) => peer.stop(now));
    expect([receiver.routes, pair.a.peer.snapshot().stale]).toEqual(["", []]);
  });

  test("keeps them when the link goes: both ends have the N bit, and the hold timer's NOTIFICATION is bridged (RFC 8538 §4)", () => {
    pair.linkUp = false;
    pair.runUntil(() => pair.a.peer.state !== "Established", 100_000);
    expect(pair.a.eventsOf("down").at(-1)).toMatchObject({ reason: "hold-timer-expired", retained: families });
    expect(receiver.routes).toBe(`${one} ${two} ${six}`);
  });
});

describe("what graceful restart bridges", () => {
  test.each([
    ["Administrative Reset with the N bit", {}, { subcode: 4, text: "" }, 3],
    ["a Hard Reset", {}, { subcode: 2, text: "", hard: true }, 0],
    ["any Cease without the N bit", { theirs: offer({ notification: false }) }, { subcode: 4, text: "" }, 0],
    [
      "a restart without the N bit, which says nothing",
      { theirs: offer({ notification: false }) },
      { subcode: 4, text: "", bridged: true },
      3,
    ],
    ["a restart with the N bit, which says Administrative Reset", {}, { subcode: 4, text: "", bridged: true }, 3],
    ["a peer that does not offer it", { theirs: null }, { subcode: null, text: "" }, 0],
    ["nothing, where we do not offer it", { ours: null }, { subcode: null, text: "" }, 0],
    ["a peer that only helps others: no families", { theirs: offer({ families: [] }) }, { subcode: null, text: "" }, 0],
    ["a restart time of 0", { theirs: offer({ restartTime: 0 }) }, { subcode: null, text: "" }, 0],
  ] as const)("%s: %#", (_name, given, reason, kept) => {
    begin(given);
    pair.b.call((peer, now) => peer.stop(now, reason));
    pair.run(10);
    expect([pair.a.peer.state === "Established", receiver.rib.size]).toEqual([false, kept]);
  });

  test("a restart without a word sends no NOTIFICATION, and with the N bit Cease / Administrative Reset", () => {
    for (const notification of [false, true]) {
      begin({ theirs: offer({ notification }) });
      pair.b.call((peer, now) => peer.stop(now, { subcode: 4, text: "back soon", bridged: true }));
      pair.run(10);
      const received = pair.a.eventsOf("notification").map(({ notification: body }) => [body.code, body.subcode]);
      expect(received).toEqual(notification ? [[6, 4]] : []);
    }
  });

  test("only families of the peer's capability are kept", () => {
    begin({ theirs: offer({ families: [{ family: v6, forwarding: false }] }) });
    crash();
    expect(receiver.routes).toBe(six);
  });

  test("a restart time of 4095 s counts as our limit", () => {
    begin({ theirs: offer({ restartTime: 4095 }), helper: { staleTime: 30 } });
    crash();
    pair.run(29_900);
    expect(receiver.rib.size).toBe(3);
    pair.run(200);
    expect(receiver.rib.size).toBe(0);
  });

  test("too many prefixes are a Hard Reset of ours, and nothing is kept", () => {
    begin({ helper: { maxPrefixes: [{ family: v4, limit: 2, warningPercent: null, restart: null }] } });
    announce("192.0.2.3/32");
    expect([receiver.rib.size, pair.b.eventsOf("down").at(-1)?.retained]).toEqual([0, []]);
  });
});

describe("an enhanced route refresh (RFC 7313 §4)", () => {
  function marker(family: Family, subtype: 1 | 2): void {
    pair.b.peer.sendRouteRefresh(family, subtype);
    pair.b.flush();
    pair.run(10);
  }

  beforeEach(() => begin({ enhanced: true }));

  test("drops what the peer has not sent again between begin and end", () => {
    marker(v4, 1);
    expect(pair.a.peer.snapshot().stale).toMatchObject([{ family: v4, cause: "refresh" }]);
    announce(two);
    expect(receiver.routes).toBe(`${one} ${two} ${six}`);
    marker(v4, 2);
    expect([receiver.routes, receiver.swept]).toEqual([`${two} ${six}`, [`end-of-refresh ${one}`]]);
  });

  test("drops it as well when the end never comes, and that time cannot be drawn out", () => {
    marker(v4, 1);
    pair.run(60_000);
    marker(v4, 1);
    pair.run(60_100);
    expect([receiver.routes, receiver.swept]).toEqual([six, [`timer ${one} ${two}`]]);
  });

  test("is nothing without its beginning, for another family, or before the End-of-RIB of a restart", () => {
    marker(v4, 2);
    expect(receiver.rib.size).toBe(3);
    crash();
    back();
    marker(v4, 1);
    marker(v4, 2);
    expect(receiver.rib.size).toBe(3);
    expect(pair.a.peer.snapshot().stale).toMatchObject([{ cause: "restart" }, { cause: "restart" }]);
  });

  test("that a restart interrupts leaves it to the restart what is kept", () => {
    marker(v4, 1);
    announce(one);
    crash();
    expect([receiver.routes, receiver.swept]).toEqual([`${one} ${two} ${six}`, []]);
    back();
    announce(two, six);
    endOfRib();
    expect(receiver.routes).toBe(`${two} ${six}`);
  });

  test("is not offered by markers alone: without the capability they are requests, and mark nothing", () => {
    begin();
    expect(pair.b.peer.sendRouteRefresh(v4, 1)).toBe(false);
    expect(pair.a.peer.snapshot().stale).toEqual([]);
  });
});

test("an OPEN says what is so at its moment: restarted, and which families were forwarded", () => {
  begin();
  const said = (): unknown => pair.a.peer.negotiated?.gracefulRestart;
  expect(said()).toMatchObject({ restarted: false, notification: true, restartTime: 10 });
  crash();
  back({ forwarding: [v6] });
  expect(said()).toMatchObject({
    restarted: true,
    families: [
      { family: v4, forwarding: false },
      { family: v6, forwarding: true },
    ],
  });
});
