import { describe, expect, test } from "vitest";
import { Family } from "../../src/iana/afi-safi.ts";
import type { PeerSession } from "../../src/session/peer-session.ts";
import { heard, peerNotification, peerOpen, routes } from "./scripted.ts";
import { accept, dialled, establish, heardOn, newPeer, summary } from "./scripted-peer.ts";

const lost = { kind: "reset", code: "ECONNRESET", detail: "" } as const;

function refusedWith(peer: PeerSession, now: number): readonly [cause: string, said: readonly string[]] {
  const result = peer.accept(now);
  if (result.accepted) throw new Error("accepted");
  return [result.cause, heard({ takeOutput: () => result.reply })];
}

/** Counts the pauses of a peer that dials us, says something wrong and dials again as soon as it may, in milliseconds. */
function oscillations(peer: PeerSession, times: number): number[] {
  const pauses: number[] = [];
  for (let now = 0; pauses.length < times; ) {
    expect(accept(peer, now)[0]).not.toBe("refused");
    peer.receive("inbound", peerOpen({ asn: 65009 }), now);
    const until = peer.snapshot().heldDown?.untilMs ?? now;
    pauses.push((until - now) / 0.875);
    peer.tick(until);
    now = until;
  }
  return pauses;
}

describe("DampPeerOscillations (RFC 4271 §8.1.1)", () => {
  const damped = { dampPeerOscillations: true, passive: true, idleHold: { initial: 1, max: 60, stableAfter: 30 } };

  test("refuses a peer whose connection failed for a while that doubles, with a reason and Cease / Connection Rejected", () => {
    const peer = newPeer(damped);
    peer.start(0);
    accept(peer, 0);
    peer.receive("inbound", peerOpen({ asn: 65009 }), 100);
    expect(refusedWith(peer, 200)).toEqual([
      "the peer connects, but its last connection failed, and its oscillations are damped: refused for another 0.8 s",
      ["NOTIFICATION 6/5"],
    ]);
    expect(peer.snapshot().heldDown).toMatchObject({ untilMs: 100 + 875 });
    expect(accept(peer, 975)).not.toContain("refused");
  });

  test("doubles the pause up to its bound", () => {
    const peer = newPeer(damped);
    peer.start(0);
    expect(oscillations(peer, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
  });

  test("forgets them after a session that was stable, and only then", () => {
    const peer = newPeer(damped);
    peer.start(0);
    oscillations(peer, 4);
    const sessionOf = (from: number, lasted: number): number => {
      expect(accept(peer, from)[0]).not.toBe("refused");
      establish(peer, "inbound", from);
      peer.closed("inbound", from + lasted, lost);
      return ((peer.snapshot().heldDown?.untilMs ?? 0) - from - lasted) / 0.875;
    };
    expect(sessionOf(100_000, 29_999)).toBe(16_000);
    expect(sessionOf(200_000, 30_000)).toBe(1000);
  });

  test("dials no sooner than it accepts", () => {
    const peer = dialled({ ...damped, passive: false });
    peer.receive("outbound", peerOpen({ asn: 65009 }), 0);
    expect(refusedWith(peer, 500)[1]).toEqual(["NOTIFICATION 6/5"]);
    expect(peer.nextDeadline()).toBe(875);
    expect(summary(peer.tick(875))).toEqual(["state Connect", "connect outbound"]);
    expect(accept(peer, 876)[0]).not.toBe("refused");
  });

  test("does not hold a dial that nobody answered against the peer", () => {
    const peer = newPeer({ ...damped, passive: false });
    peer.start(0);
    peer.closed("outbound", 0, { kind: "error", code: "ECONNREFUSED", detail: "" });
    expect(accept(peer, 1)).toContain("state OpenSent");
  });

  test("does not hold against the peer that it does not want us: two that damp each other must meet again", () => {
    const peer = newPeer(damped);
    peer.start(0);
    const ends: (() => unknown)[] = [
      () => peer.receive("inbound", peerNotification(6, 5), 1),
      () => peer.receive("inbound", peerNotification(6, 7), 1),
      () => peer.closed("inbound", 1, lost),
      () => peer.closed("inbound", 1, { kind: "end", code: null, detail: "" }),
    ];
    for (const end of ends) {
      expect(accept(peer, 0)[0]).not.toBe("refused");
      end();
      expect(peer.snapshot().heldDown).toBeNull();
    }
    accept(peer, 2);
    peer.receive("inbound", peerNotification(2, 2), 3);
    expect(peer.snapshot().heldDown).not.toBeNull();
  });

  test("does not hold a stop or a reset of our own against the peer, and a start ends it", () => {
    const peer = dialled({ ...damped, passive: false });
    establish(peer, "outbound");
    peer.reset(1, { subcode: 4, text: "" });
    expect(accept(peer, 2)[0]).not.toBe("refused");
    peer.stop(3);
    peer.start(4);
    peer.connected(5);
    peer.receive("outbound", peerOpen({ asn: 65009 }), 6);
    expect(refusedWith(peer, 7)[0]).toContain("damped");
    peer.start(8);
    expect(accept(peer, 9)[0]).not.toBe("refused");
  });

  test("is off by default: a peer that failed may connect again at once", () => {
    const peer = newPeer({ passive: true });
    peer.start(0);
    for (let now = 0; now < 5; now++) {
      expect(accept(peer, now)[0]).not.toBe("refused");
      peer.receive("inbound", peerOpen({ asn: 65009 }), now);
    }
  });

  test("without notificationsWithoutOpen it refuses without a word", () => {
    const peer = newPeer({ ...damped, notificationsWithoutOpen: false });
    peer.start(0);
    accept(peer, 0);
    peer.receive("inbound", peerOpen({ asn: 65009 }), 0);
    expect(refusedWith(peer, 1)[1]).toEqual([]);
  });
});

describe("a peer that announced too many prefixes", () => {
  const limits = (restart: number | null) => [{ family: Family.Ipv4Unicast, limit: 1, warningPercent: null, restart }];
  const tooMany = routes(["192.0.2.1/32", "192.0.2.2/32"]);

  test.each(["outbound", "inbound"] as const)("on the %s connection is kept away for the restart time", (slot) => {
    const peer = newPeer({ maxPrefixes: limits(60) });
    peer.start(0);
    if (slot === "outbound") peer.connected(0);
    else accept(peer, 0);
    peer.takeOutput(slot);
    establish(peer, slot);
    expect(summary(peer.receive(slot, tooMany, 1000))).toContain("down max-prefixes");
    expect(heardOn(peer, slot)).toEqual(["NOTIFICATION 6/1 00010100000001"]);
    expect(refusedWith(peer, 2000)).toEqual([
      "the peer connects, but it announced more prefixes than it may: refused for another 59.0 s",
      ["NOTIFICATION 6/5"],
    ]);
    expect(peer.snapshot()).toMatchObject({ heldDown: { untilMs: 61_000 }, nextRetryAtMs: 61_000 });
    expect(summary(peer.tick(61_000))).toEqual(["state Connect", "connect outbound"]);
    expect(peer.snapshot().heldDown).toBeNull();
  });

  test("is kept away although it has opened a second connection before", () => {
    const peer = dialled({ maxPrefixes: limits(60) });
    establish(peer, "outbound");
    accept(peer, 1);
    peer.receive("inbound", peerOpen(), 2);
    expect(peer.snapshot().connections.inbound).toBe("OpenConfirm");
    const ended = summary(peer.receive("outbound", tooMany, 3));
    expect(ended).toEqual([
      "state OpenConfirm",
      "notification outbound",
      "close outbound",
      "abort inbound",
      "state Idle",
      "dropped inbound collision",
      "down max-prefixes",
    ]);
    expect(peer.snapshot()).toMatchObject({ heldDown: { untilMs: 60_003 }, connections: { inbound: null } });
    expect(refusedWith(peer, 2000)[1]).toEqual(["NOTIFICATION 6/5"]);
  });

  test("without a restart time stays away until it is started again", () => {
    const peer = newPeer({ maxPrefixes: limits(null) });
    peer.start(0);
    accept(peer, 0);
    establish(peer, "inbound");
    peer.receive("inbound", tooMany, 1000);
    expect(peer.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(refusedWith(peer, 1e9)[0]).toContain("refused until it is started again");
    expect(summary(peer.start(1e9))).toEqual(["state Connect", "connect outbound"]);
    expect(accept(peer, 1e9 + 1)[0]).not.toBe("refused");
  });
});
