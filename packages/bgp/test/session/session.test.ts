import { describe, expect, test } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { BgpEncodeError } from "../../src/codec/encode-error.ts";
import { MessageType, type RouteBatch } from "../../src/codec/message.ts";
import { type Prefix, parsePrefix } from "../../src/codec/nlri/prefix.ts";
import { PeerConfigError } from "../../src/fsm/validate.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import {
  concat,
  established,
  heard,
  keepalive,
  kinds,
  newSession,
  octets,
  openConfirm,
  openSent,
  peerOpen,
} from "./scripted.ts";

function downOf(events: readonly SessionEvent[]): Extract<SessionEvent, { readonly kind: "down" }> {
  const last = events.at(-1);
  if (last?.kind !== "down") throw new Error(`the last event is ${last?.kind}`);
  return last;
}

function prefixes(...texts: string[]): Prefix[] {
  return texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) throw new Error(text);
    return prefix;
  });
}

const announcement: RouteBatch = {
  family: Family.Ipv4Unicast,
  attributes: { origin: 0, asPath: [{ type: 2, asns: [65001] }], nextHop: Uint8Array.of(10, 0, 0, 1) },
  nlri: prefixes("192.0.2.10/32", "192.0.2.11/32"),
};

describe("the way up", () => {
  test("start asks for a connection at once, and the peer's OPEN and KEEPALIVE establish the session", () => {
    const session = newSession();
    expect(kinds(session.start(0))).toEqual(["state Connect", "connect"]);
    expect(session.takeOutput()).toBeNull();
    expect(kinds(session.connected(5))).toEqual(["state OpenSent"]);
    expect(heard(session)).toEqual(["OPEN 65001 9"]);
    expect(kinds(session.receive(peerOpen(), 10))).toEqual(["state OpenConfirm", "open"]);
    expect(heard(session)).toEqual(["KEEPALIVE"]);
    expect(kinds(session.receive(keepalive, 15))).toEqual(["state Established", "established"]);
    expect(session.snapshot()).toMatchObject({ state: "Established", sinceMs: 15, connectRetryCounter: 0 });
    expect(session.negotiated).toMatchObject({ holdTime: 9, peerAs: 65000, families: [Family.Ipv4Unicast] });
  });

  test("a passive session dials nobody and answers whoever connects", () => {
    const session = newSession({ passive: true });
    expect(kinds(session.start(0))).toEqual(["state Active"]);
    expect(session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    session.connected(5);
    expect(heard(session)).toEqual(["OPEN 65001 9"]);
    expect(session.state).toBe("OpenSent");
  });

  test("with DelayOpen the peer's OPEN brings ours out", () => {
    const session = newSession({ delayOpen: 10 });
    session.start(0);
    session.connected(0);
    expect(heard(session)).toEqual([]);
    expect(kinds(session.receive(peerOpen(), 5))).toEqual(["state OpenConfirm", "open"]);
    expect(heard(session)).toEqual(["OPEN 65001 9", "KEEPALIVE"]);
  });

  test("with DelayOpen and a peer that waits too, ours goes out when the delay is over", () => {
    const session = newSession({ delayOpen: 10 });
    session.start(0);
    session.connected(0);
    session.tick(10_000);
    expect(heard(session)).toEqual(["OPEN 65001 9"]);
  });

  test("OPEN, KEEPALIVE and the first UPDATEs in one chunk are one batch of events", () => {
    const session = openSent();
    const source = established();
    source.takeOutput();
    source.sendRoutes(announcement);
    const updates = source.takeOutput() ?? new Uint8Array(0);
    const events = session.receive(concat(peerOpen(), keepalive, updates), 0);
    expect(kinds(events)).toEqual(["state OpenConfirm", "open", "state Established", "established", "update"]);
  });
});

describe("keepalives", () => {
  test("go out at the jittered interval, and a spurious tick does nothing", () => {
    const session = established();
    session.takeOutput();
    expect(session.nextDeadline()).toBe(2625);
    expect(session.tick(2624)).toEqual([]);
    expect(session.takeOutput()).toBeNull();
    session.tick(2625);
    session.tick(2625);
    expect(heard(session)).toEqual(["KEEPALIVE"]);
  });

  test("hold time 0 sends none and never expires", () => {
    const session = established({ holdTime: 0 });
    session.takeOutput();
    expect(session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(session.tick(1e9)).toEqual([]);
    expect(session.sendKeepalive()).toBe(false);
    expect(session.state).toBe("Established");
  });

  test("unread input counts before the clock: a stall of ours is not silence of the peer", () => {
    const session = established();
    session.receive(keepalive, 14_000);
    expect(kinds(session.tick(14_000))).toEqual([]);
    expect(session.state).toBe("Established");
  });
});

describe("routes", () => {
  test("are sent when established, packed into one UPDATE, and counted", () => {
    const session = established();
    session.takeOutput();
    expect(session.sendRoutes(announcement)).toBe(true);
    expect(session.sendRoutes({ ...announcement, attributes: null })).toBe(true);
    expect(session.sendEndOfRib(Family.Ipv4Unicast)).toBe(true);
    expect(session.outputLength).toBeGreaterThan(23);
    expect(heard(session)).toEqual(["UPDATE", "UPDATE", "UPDATE"]);
    expect(session.snapshot().sent.update).toBe(3);
    expect(session.outputLength).toBe(0);
  });

  test("are not sent before, and not for a family that was not negotiated", () => {
    const early = openConfirm();
    expect(early.sendRoutes(announcement)).toBe(false);
    expect(early.sendEndOfRib(Family.Ipv4Unicast)).toBe(false);
    expect(early.sendRouteRefresh(Family.Ipv4Unicast)).toBe(false);
    const session = established();
    session.takeOutput();
    expect(session.sendRoutes({ ...announcement, family: Family.Ipv6Unicast })).toBe(false);
    expect(session.takeOutput()).toBeNull();
  });

  test("that cannot be encoded throw and leave nothing of the batch behind", () => {
    const session = established();
    session.takeOutput();
    const { nextHop: _, ...attributes } = announcement.attributes ?? {};
    expect(() => session.sendRoutes({ ...announcement, attributes })).toThrow(BgpEncodeError);
    expect(session.takeOutput()).toBeNull();
    expect(session.state).toBe("Established");
  });

  test("output is the caller's: what the session writes later does not change it", () => {
    const session = established();
    session.takeOutput();
    session.sendRoutes(announcement);
    const first = session.takeOutput() ?? new Uint8Array(0);
    const before = toHex(first);
    for (let i = 0; i < 10; i++) session.sendEndOfRib(Family.Ipv4Unicast);
    session.takeOutput();
    expect(toHex(first)).toBe(before);
  });

  test("arrive with an outcome, and a broken one is withdrawn while the session lives (RFC 7606)", () => {
    const source = established();
    source.takeOutput();
    source.sendRoutes(announcement);
    const update = source.takeOutput() ?? new Uint8Array(0);
    const bad = update.slice();
    // ORIGIN is the first attribute: flags, code, length, value.
    bad[19 + 4 + 3] = 9;
    const session = established();
    const events = session.receive(concat(update, bad, update), 0);
    expect(kinds(events)).toEqual(["update", "update", "update"]);
    const outcomes = events.map((event) => (event.kind === "update" ? event.message.outcome : -1));
    expect(outcomes).toEqual([0, 2, 0]);
    expect(session.state).toBe("Established");
  });

  test("UPDATEs before a fault are delivered, and the fault comes last", () => {
    const source = established();
    source.takeOutput();
    source.sendRoutes(announcement);
    const update = source.takeOutput() ?? new Uint8Array(0);
    const session = established();
    session.takeOutput();
    const reset = Uint8Array.from([...keepalive.slice(0, 16), 0, 23, 2, 0, 9, 0, 0]);
    const events = session.receive(concat(update, reset, update), 0);
    expect(kinds(events)).toEqual(["update", "state Idle", "notification", "disconnect", "down notification-sent"]);
    expect(heard(session)).toEqual(["NOTIFICATION 3/1"]);
    expect(downOf(events)).toMatchObject({
      wasEstablished: true,
      notification: { direction: "sent", body: { code: 3, subcode: 1 } },
    });
    expect(downOf(events).cause).toMatch(/RFC 7606 cannot repair \(update-lengths, RFC 7606 §3/);
  });

  test("End-of-RIB is told as such", () => {
    const session = established();
    const events = session.receive(octets({ type: MessageType.Update, endOfRib: Family.Ipv4Unicast }), 0);
    expect(events).toEqual([{ kind: "end-of-rib", family: Family.Ipv4Unicast }]);
  });

  test("of families that were not negotiated are not delivered", () => {
    const session = established();
    const events = session.receive(octets({ type: MessageType.Update, endOfRib: Family.Ipv6Unicast }), 0);
    expect(events).toEqual([]);
  });
});

describe("route refresh", () => {
  const request = (family: number, subtype = 0) => octets({ type: MessageType.RouteRefresh, family, subtype });

  test("is sent and told when both sides have it", () => {
    const session = established();
    session.takeOutput();
    expect(session.sendRouteRefresh(Family.Ipv4Unicast)).toBe(true);
    expect(heard(session)).toEqual([`ROUTE-REFRESH ${Family.Ipv4Unicast} 0`]);
    expect(session.receive(request(Family.Ipv4Unicast), 0)).toEqual([
      { kind: "route-refresh", message: { type: MessageType.RouteRefresh, family: Family.Ipv4Unicast, subtype: 0 } },
    ]);
  });

  test("is ignored for other families, and when we did not offer it (RFC 2918 §4)", () => {
    expect(established().receive(request(Family.Ipv6Unicast), 0)).toEqual([]);
    const without = established({ capabilities: { routeRefresh: false } });
    expect(without.receive(request(Family.Ipv4Unicast), 0)).toEqual([]);
    expect(without.sendRouteRefresh(Family.Ipv4Unicast)).toBe(false);
  });
});

describe("robustness", () => {
  test("calls that make no sense in a state do nothing", () => {
    const session = newSession();
    expect(session.receive(keepalive, 0)).toEqual([]);
    expect(session.connected(0)).toEqual([]);
    expect(session.closed(0, { kind: "end", code: null, detail: "" })).toEqual([]);
    expect(session.tick(1e12)).toEqual([]);
    expect(session.takeOutput()).toBeNull();
    expect(session.proceed(0)).toEqual([]);
  });

  test("a second connection starts with a clean slate", () => {
    const session = openSent();
    session.receive(peerOpen().slice(0, 25), 0);
    session.closed(1, { kind: "reset", code: null, detail: "" });
    session.tick(session.nextDeadline());
    session.connected(1000);
    expect(heard(session)).toEqual(["OPEN 65001 9"]);
    session.receive(concat(peerOpen(), keepalive), 1000);
    expect(session.state).toBe("Established");
  });

  test("a bad configuration is refused when the session is made", () => {
    expect(() => newSession({ holdTime: 2 })).toThrow(PeerConfigError);
    const tooLong = { code: 73, name: "unknown", value: new Uint8Array(256) } as const;
    expect(() => newSession({ capabilities: { extra: [tooLong] } })).toThrow(BgpEncodeError);
  });

  test("counts messages and octets of both directions", () => {
    const session = established();
    const open = peerOpen();
    expect(session.snapshot().received).toEqual({
      open: 1,
      update: 0,
      notification: 0,
      keepalive: 1,
      routeRefresh: 0,
      octets: open.length + 19,
    });
    expect(session.snapshot().sent).toMatchObject({ open: 1, keepalive: 1 });
  });
});
