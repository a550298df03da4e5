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
  peerNotification,
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

describe("stopping", () => {
  const text = "maintenance until 14:00";

  test("sends Cease / Administrative Shutdown with the text, closes, and plans nothing", () => {
    const session = established();
    session.takeOutput();
    const events = session.stop(100, { subcode: 2, text });
    expect(kinds(events)).toEqual(["state Idle", "notification", "disconnect", "down administrative-stop"]);
    expect(downOf(events).cause).toBe(`stopped on our side: ${text}`);
    const length = text.length.toString(16).padStart(2, "0");
    expect(heard(session)).toEqual([
      `NOTIFICATION 6/2 ${length}${toHex(new Uint8Array([...text].map((c) => c.charCodeAt(0))))}`,
    ]);
    expect(session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test("cuts the text to 255 octets of valid UTF-8", () => {
    const session = established();
    session.takeOutput();
    session.stop(0, { subcode: 2, text: `${"x".repeat(254)}é` });
    const [notification = ""] = heard(session);
    expect(notification).toBe(`NOTIFICATION 6/2 fe${"78".repeat(254)}`);
  });

  test("without a subcode closes without a word", () => {
    const session = established();
    session.takeOutput();
    expect(kinds(session.stop(0, { subcode: null, text: "" }))).toEqual([
      "state Idle",
      "disconnect",
      "down administrative-stop",
    ]);
    expect(session.takeOutput()).toBeNull();
  });

  test("gives up a dial, ends a backoff silently, and start begins anew", () => {
    const session = newSession();
    session.start(0);
    expect(session.stop(1)).toContainEqual({ kind: "disconnect", abort: true });
    session.start(2);
    session.closed(3, { kind: "error", code: "ECONNREFUSED", detail: "" });
    expect(session.snapshot()).toMatchObject({ state: "Idle", connectRetryCounter: 1 });
    expect(session.stop(4)).toEqual([]);
    expect(session.snapshot()).toMatchObject({ nextRetryAtMs: Number.POSITIVE_INFINITY, connectRetryCounter: 0 });
    expect(kinds(session.start(5))).toEqual(["state Connect", "connect"]);
  });

  test("reject ends the session with the given NOTIFICATION and comes back by itself", () => {
    const session = established();
    session.takeOutput();
    const body = { code: 6, subcode: 1, data: new Uint8Array(0) };
    expect(downOf(session.reject(0, body, "1001 prefixes, 1000 are allowed"))).toMatchObject({ reason: "refused" });
    expect(heard(session)).toEqual(["NOTIFICATION 6/1"]);
    expect(kinds(session.tick(session.nextDeadline()))).toEqual(["state Connect", "connect"]);
  });
});

describe("the backoff", () => {
  test("doubles from a quarter of a second to the connect retry time, jittered", () => {
    const session = newSession({ connectRetry: 5 });
    session.start(0);
    let now = 0;
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      session.closed(now, { kind: "error", code: "ECONNREFUSED", detail: "connection refused" });
      pauses.push((session.nextDeadline() - now) / 0.875);
      now = session.nextDeadline();
      expect(kinds(session.tick(now))).toEqual(["state Connect", "connect"]);
    }
    expect(pauses.map(Math.round)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  });

  test("a dial without an answer is given up after the connect retry time and repeated at once", () => {
    const session = newSession();
    session.start(0);
    expect(kinds(session.tick(7000))).toEqual(["disconnect", "down connect-timeout", "connect"]);
    expect(session.state).toBe("Connect");
  });

  test("a start by hand cuts the pause short", () => {
    const session = newSession();
    session.start(0);
    session.closed(0, { kind: "error", code: null, detail: "" });
    expect(kinds(session.start(1))).toEqual(["state Connect", "connect"]);
  });
});

describe("causes", () => {
  const lost = { kind: "end", code: null, detail: "" } as const;

  test.each([
    ["ECONNREFUSED", /nothing listens there/],
    ["EHOSTUNREACH", /check the address, the cable/],
    ["ENETUNREACH", /no route/],
    ["ETIMEDOUT", /TCP-MD5/],
    ["EPERM", /permission/],
  ])("a dial that fails with %s says what to look at", (code, words) => {
    const session = newSession();
    session.start(0);
    const down = downOf(session.closed(0, { kind: "error", code, detail: `connect ${code} 10.0.0.254:179` }));
    expect(down.reason).toBe("connect-failed");
    expect(down.cause).toContain(`cannot connect: connect ${code} 10.0.0.254:179`);
    expect(down.cause).toMatch(words);
  });

  test("a peer that hangs up on our OPEN has probably no neighbour configured", () => {
    const down = downOf(openSent().closed(0, lost));
    expect(down).toMatchObject({ reason: "connection-closed", wasEstablished: false });
    expect(down.cause).toContain("no neighbour configured with our address");
  });

  test("a broken connection of an established session is a reset", () => {
    const down = downOf(established().closed(0, { kind: "reset", code: "ECONNRESET", detail: "read ECONNRESET" }));
    expect(down).toMatchObject({ reason: "connection-reset", wasEstablished: true, notification: null });
    expect(down.cause).toContain("read ECONNRESET");
  });

  test.each([
    [2, 2, "it expects another AS than ours, 65001"],
    [2, 3, "our router id 10.0.0.1 is not acceptable"],
    [2, 4, "capabilities"],
    [2, 6, "our hold time of 9 s is not acceptable"],
    [2, 7, "ours: ipv4-unicast"],
    [2, 11, "roles"],
    [4, 0, "it heard nothing from us"],
    [6, 1, "more prefixes than it allows"],
    [6, 3, "removed from its configuration"],
    [6, 5, "error wait time"],
    [6, 7, "the other of two connections"],
    [6, 8, "out of resources"],
  ])("NOTIFICATION %i/%i from the peer is explained", (code, subcode, words) => {
    const down = downOf(openSent().receive(peerNotification(code, subcode), 0));
    expect(down.reason).toBe("notification-received");
    expect(down.notification).toMatchObject({ direction: "received", body: { code, subcode } });
    expect(down.cause).toContain(words);
  });

  test("the peer's shutdown text is shown", () => {
    const session = established();
    const words = Uint8Array.from([4, ...[..."bye!"].map((c) => c.charCodeAt(0))]);
    expect(downOf(session.receive(peerNotification(6, 2, words), 7)).cause).toBe(
      'the peer sent Cease / Administrative Shutdown: "bye!": its operator has shut the session down',
    );
    expect(session.snapshot().lastNotificationReceived).toMatchObject({
      atMs: 7,
      text: 'Cease / Administrative Shutdown: "bye!"',
    });
  });

  test("the wrong AS is named with its remedy", () => {
    const session = openSent();
    expect(downOf(session.receive(peerOpen({ asn: 65009 }), 0)).cause).toBe(
      "the peer says its AS is 65009, we expect 65000: set asn=65009 for this peer or correct the router",
    );
    expect(session.snapshot().lastDown?.reason).toBe("notification-sent");
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

describe("held at the OPEN", () => {
  function held() {
    const session = newSession({}, { holdAtOpen: true });
    session.start(0);
    session.connected(0);
    session.takeOutput();
    return session;
  }

  test("nothing behind the OPEN is read and our KEEPALIVE stays, until it proceeds", () => {
    const session = held();
    expect(kinds(session.receive(concat(peerOpen(), keepalive), 0))).toEqual(["state OpenConfirm", "open"]);
    expect([session.held, session.outputLength, session.takeOutput()]).toEqual([true, 0, null]);
    expect(kinds(session.proceed(5))).toEqual(["state Established", "established"]);
    expect(heard(session)).toEqual(["KEEPALIVE"]);
  });

  test("what is held does not depend on the caller keeping its chunk", () => {
    const session = held();
    const chunk = concat(peerOpen(), keepalive);
    session.receive(chunk, 0);
    chunk.fill(0xa5);
    expect(kinds(session.proceed(5))).toEqual(["state Established", "established"]);
  });

  test("output before the OPEN is not held", () => {
    const session = newSession({}, { holdAtOpen: true });
    session.start(0);
    session.connected(0);
    session.receive(peerOpen(), 0);
    expect(heard(session)).toEqual(["OPEN 65001 9"]);
    expect(heard(session)).toEqual([]);
    session.proceed(0);
    expect(heard(session)).toEqual(["KEEPALIVE"]);
  });

  test("a NOTIFICATION goes out without the KEEPALIVE, which would establish the session at the peer", () => {
    const session = held();
    session.receive(peerOpen(), 0);
    session.dump(0, "collision");
    expect(heard(session)).toEqual(["NOTIFICATION 6/7"]);
  });

  test("a peer that floods us meanwhile is cut off", () => {
    const session = held();
    session.receive(peerOpen(), 0);
    session.receive(new Uint8Array(60_000), 0);
    expect(session.held).toBe(true);
    expect(downOf(session.receive(new Uint8Array(6000), 0)).reason).toBe("refused");
    expect(heard(session)).toEqual(["NOTIFICATION 6/8"]);
  });
});
