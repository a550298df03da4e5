import { describe, expect, test } from "vitest";
import { PeerConfigError } from "../../src/fsm/validate.ts";
import { concat, heard, keepalive, peerNotification, peerOpen } from "./scripted.ts";
import { accept, dialled, establish, heardOn, newPeer, summary } from "./scripted-peer.ts";

const lost = { kind: "reset", code: "ECONNRESET", detail: "" } as const;

describe("one connection", () => {
  test("our dial becomes the session", () => {
    const peer = newPeer();
    expect(summary(peer.start(0))).toEqual(["state Connect", "connect outbound"]);
    expect(summary(peer.connected(1))).toEqual(["state OpenSent"]);
    expect(heardOn(peer, "outbound")).toEqual(["OPEN 65001 9"]);
    const events = peer.receive("outbound", concat(peerOpen(), keepalive), 2);
    expect(summary(events)).toEqual([
      "state OpenConfirm",
      "open outbound",
      "state Established",
      "established outbound",
    ]);
    expect(heardOn(peer, "outbound")).toEqual(["KEEPALIVE"]);
    expect(peer.snapshot()).toMatchObject({
      state: "Established",
      sinceMs: 2,
      slot: "outbound",
      connections: { outbound: "Established", inbound: null },
    });
  });

  test("an inbound connection becomes the session of a passive peer", () => {
    const peer = newPeer({ passive: true });
    expect(summary(peer.start(0))).toEqual(["state Active"]);
    expect(accept(peer, 1)).toEqual(["state OpenSent"]);
    expect(heardOn(peer, "inbound")).toEqual(["OPEN 65001 9"]);
    establish(peer, "inbound");
    expect(peer.snapshot().connections).toEqual({ outbound: "Active", inbound: "Established" });
  });

  test("a passive peer that lost its session waits for the next one", () => {
    const peer = newPeer({ passive: true });
    peer.start(0);
    accept(peer, 0);
    establish(peer, "inbound");
    expect(summary(peer.closed("inbound", 5, lost))).toEqual(["state Active", "down connection-reset"]);
    expect(peer.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(accept(peer, 6)).toEqual(["state OpenSent"]);
  });

  test("an inbound connection during the pause between dials is taken, and there is no dialling beside it", () => {
    const peer = newPeer();
    peer.start(0);
    peer.closed("outbound", 0, { kind: "error", code: "ECONNREFUSED", detail: "" });
    expect(accept(peer, 10)).toContain("state OpenSent");
    establish(peer, "inbound", 20);
    const events = peer.tick(2600);
    expect(summary(events)).toEqual([]);
    expect(peer.snapshot().connections.outbound).toBe("Idle");
  });

  test("when the inbound session ends, we dial again after a short pause", () => {
    const peer = newPeer();
    peer.start(0);
    accept(peer, 0);
    establish(peer, "inbound", 0);
    expect(summary(peer.closed("inbound", 60_000, lost))).toEqual(["state Idle", "down connection-reset"]);
    expect(peer.nextDeadline()).toBe(60_000 + 250 * 0.875);
    expect(summary(peer.tick(60_219))).toEqual(["state Connect", "connect outbound"]);
  });

  test("the peer's NOTIFICATION and our last words survive the inbound connection", () => {
    const peer = newPeer({ passive: true });
    peer.start(0);
    accept(peer, 0);
    peer.takeOutput("inbound");
    peer.receive("inbound", peerOpen({ asn: 65009 }), 1);
    expect(heardOn(peer, "inbound")).toEqual(["NOTIFICATION 2/2"]);
    accept(peer, 2);
    peer.receive("inbound", peerNotification(6, 5), 3);
    expect(peer.snapshot()).toMatchObject({
      lastNotificationSent: { atMs: 1, text: "OPEN Message Error / Bad Peer AS" },
      lastNotificationReceived: { atMs: 3, text: "Cease / Connection Rejected" },
      lastDown: { atMs: 3, reason: "notification-received" },
      received: { open: 1, notification: 1 },
    });
  });
});

describe("refused connections", () => {
  test("a peer that was never started, or was stopped, says so with a Cease and its text", () => {
    const peer = newPeer();
    const never = peer.accept(0);
    expect(never).toMatchObject({ accepted: false, cause: expect.stringContaining("stopped") });
    peer.start(0);
    peer.stop(1, { subcode: 2, text: "bye" });
    const stopped = peer.accept(2);
    const reply = stopped.accepted ? null : stopped.reply;
    expect(heard({ takeOutput: () => reply })).toEqual(["NOTIFICATION 6/2 03627965"]);
  });

  test("without notificationsWithoutOpen, or after a silent stop, nothing is said", () => {
    expect(newPeer({ notificationsWithoutOpen: false }).accept(0)).toMatchObject({ accepted: false, reply: null });
    const peer = newPeer();
    peer.start(0);
    peer.stop(0, { subcode: null, text: "" });
    expect(peer.accept(0)).toMatchObject({ accepted: false, reply: null });
  });

  test("a second inbound connection beside an inbound session is refused, and the session is asked whether it lives", () => {
    const peer = newPeer({ passive: true });
    peer.start(0);
    accept(peer, 0);
    establish(peer, "inbound");
    expect(accept(peer, 100)).toEqual(["refused", expect.stringContaining("may have restarted")]);
    expect(heardOn(peer, "inbound")).toEqual(["KEEPALIVE"]);
    expect(peer.state).toBe("Established");
  });

  test("a second inbound connection replaces one that is not established", () => {
    const peer = newPeer({ passive: true });
    peer.start(0);
    accept(peer, 0);
    peer.receive("inbound", peerOpen(), 0);
    expect(accept(peer, 10)).toEqual(["abort inbound", "state Active", "dropped inbound collision", "state OpenSent"]);
    expect(heardOn(peer, "inbound")).toEqual(["OPEN 65001 9"]);
    establish(peer, "inbound");
  });
});

describe("collisions", () => {
  test("the one that loses by router id waits for its rival's OPEN, and is dumped by it", () => {
    const peer = dialled();
    accept(peer, 0);
    peer.takeOutput("inbound");
    expect(summary(peer.receive("outbound", peerOpen(), 1))).toEqual(["state OpenConfirm", "open outbound"]);
    expect(heardOn(peer, "outbound")).toEqual([]);
    const events = peer.receive("inbound", concat(peerOpen(), keepalive), 2);
    expect(summary(events)).toEqual([
      "open inbound",
      "notification outbound",
      "close outbound",
      "dropped outbound collision",
      "state Established",
      "established inbound",
    ]);
    expect(heardOn(peer, "outbound")).toEqual(["NOTIFICATION 6/7"]);
    expect(heardOn(peer, "inbound")).toEqual(["KEEPALIVE"]);
  });

  test("the one that wins goes on at once and dumps its rival", () => {
    const peer = dialled();
    accept(peer, 0);
    const events = peer.receive("inbound", peerOpen(), 1);
    expect(summary(events)).toEqual([
      "state OpenConfirm",
      "open inbound",
      "notification outbound",
      "close outbound",
      "dropped outbound collision",
    ]);
    expect(heardOn(peer, "inbound")).toEqual(["OPEN 65001 9", "KEEPALIVE"]);
    expect(peer.tick(2000)).toEqual([]);
  });

  test("the wait for a rival ends after a second", () => {
    const peer = dialled();
    accept(peer, 0);
    peer.receive("outbound", concat(peerOpen(), keepalive), 1);
    expect(peer.nextDeadline()).toBe(1001);
    expect(summary(peer.tick(1001))).toEqual([
      "state Established",
      "established outbound",
      "notification inbound",
      "close inbound",
      "dropped inbound collision",
    ]);
    expect(heardOn(peer, "outbound")).toEqual(["KEEPALIVE"]);
  });

  test("the wait ends with the rival", () => {
    const peer = dialled();
    accept(peer, 0);
    peer.receive("outbound", concat(peerOpen(), keepalive), 1);
    expect(summary(peer.closed("inbound", 2, lost))).toEqual([
      "dropped inbound connection-reset",
      "state Established",
      "established outbound",
    ]);
  });

  test("a dial without an answer is given up for an inbound connection with an OPEN", () => {
    const peer = newPeer();
    peer.start(0);
    accept(peer, 0);
    expect(summary(peer.receive("inbound", concat(peerOpen(), keepalive), 1))).toEqual([
      "state OpenConfirm",
      "open inbound",
      "abort outbound",
      "state Established",
      "established inbound",
    ]);
    expect(peer.nextDeadline()).toBe(2626);
  });

  test("beside an established session a new connection waits a second, then goes (RFC 4271 §6.8)", () => {
    const peer = dialled();
    establish(peer, "outbound");
    expect(accept(peer, 10)).toEqual([]);
    peer.takeOutput("inbound");
    peer.receive("inbound", peerOpen(), 11);
    expect(heardOn(peer, "outbound")).toEqual(["KEEPALIVE"]);
    expect(summary(peer.tick(1011))).toEqual(["notification inbound", "close inbound", "dropped inbound collision"]);
    expect(heardOn(peer, "inbound")).toEqual(["NOTIFICATION 6/7"]);
    expect(peer.establishedSlot).toBe("outbound");
  });

  test("a peer that dials without end is probed once in a second (RFC 4271 §4.4)", () => {
    const peer = newPeer({ passive: true });
    peer.start(0);
    accept(peer, 0);
    establish(peer, "inbound");
    for (let now = 1; now < 1000; now++) expect(accept(peer, now)[0]).toBe("refused");
    expect(heardOn(peer, "inbound")).toEqual(["KEEPALIVE"]);
    accept(peer, 1001);
    expect(heardOn(peer, "inbound")).toEqual(["KEEPALIVE"]);
  });

  test("a peer that restarted and dials anew is taken when the old connection breaks", () => {
    const peer = dialled();
    establish(peer, "outbound");
    accept(peer, 10);
    peer.receive("inbound", concat(peerOpen(), keepalive), 11);
    expect(summary(peer.closed("outbound", 12, lost))).toEqual([
      "state OpenConfirm",
      "down connection-reset",
      "state Established",
      "established inbound",
    ]);
    expect(peer.snapshot().lastDown?.reason).toBe("connection-reset");
  });

  test("with collisionDetectEstablishedState the router ids decide there too", () => {
    const peer = dialled({ collisionDetectEstablishedState: true });
    establish(peer, "outbound");
    accept(peer, 10);
    expect(summary(peer.receive("inbound", concat(peerOpen(), keepalive), 11))).toEqual([
      "open inbound",
      "state OpenConfirm",
      "notification outbound",
      "close outbound",
      "down collision",
      "state Established",
      "established inbound",
    ]);
  });
});

describe("stop and reject", () => {
  test("a stop ends both connections, and only the further one counts as the peer's end", () => {
    const peer = dialled();
    accept(peer, 0);
    peer.receive("outbound", peerOpen(), 1);
    expect(summary(peer.stop(2))).toEqual([
      "notification inbound",
      "close inbound",
      "dropped inbound administrative-stop",
      "state Idle",
      "notification outbound",
      "close outbound",
      "down administrative-stop",
    ]);
    expect(heardOn(peer, "inbound")).toEqual(["OPEN 65001 9", "NOTIFICATION 6/2"]);
    expect(heardOn(peer, "outbound")).toEqual(["NOTIFICATION 6/2"]);
    expect(peer.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test("a stop in the pause between dials has nothing to tell", () => {
    const peer = newPeer();
    peer.start(0);
    peer.closed("outbound", 0, { kind: "error", code: null, detail: "" });
    expect(peer.stop(1)).toEqual([]);
    expect(peer.snapshot().nextRetryAtMs).toBe(Number.POSITIVE_INFINITY);
  });

  test("an inbound session that is rejected is followed by our dial", () => {
    const peer = newPeer();
    peer.start(0);
    accept(peer, 0);
    establish(peer, "inbound");
    const body = { code: 6, subcode: 1, data: new Uint8Array(0) };
    expect(summary(peer.reject(10, body, "too many"))).toEqual([
      "state Idle",
      "notification inbound",
      "close inbound",
      "down refused",
    ]);
    expect(heardOn(peer, "inbound")).toEqual(["NOTIFICATION 6/1"]);
    expect(peer.nextDeadline()).toBeGreaterThan(10);
    expect(summary(peer.tick(peer.nextDeadline()))).toEqual(["state Connect", "connect outbound"]);
  });

  test("start while the inbound session is up does not dial", () => {
    const peer = newPeer();
    peer.start(0);
    accept(peer, 0);
    establish(peer, "inbound");
    expect(peer.start(1)).toEqual([]);
  });

  test("calls for a connection that does not exist do nothing", () => {
    const peer = newPeer();
    peer.start(0);
    expect(peer.receive("inbound", keepalive, 0)).toEqual([]);
    expect(peer.closed("inbound", 0, lost)).toEqual([]);
    expect(peer.takeOutput("inbound")).toBeNull();
  });

  test("a bad configuration is refused when the peer is made", () => {
    expect(() => newPeer({ routerId: 0 })).toThrow(PeerConfigError);
  });
});
