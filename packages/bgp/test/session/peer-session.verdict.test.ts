import { describe, expect, test } from "vitest";
import type { PeerConfigOptions } from "../../src/fsm/config.ts";
import type { PeerSession } from "../../src/session/peer-session.ts";
import { concat, keepalive, peerOpen } from "./scripted.ts";
import { accept, dialled, heardOn, newPeer, summary } from "./scripted-peer.ts";

const refusal = { code: 6, subcode: 5, data: new Uint8Array(0) };

function asked(options: Partial<PeerConfigOptions> = {}): PeerSession {
  const peer = dialled(options, { awaitVerdict: true });
  expect(summary(peer.receive("outbound", peerOpen(), 1))).toEqual(["state OpenConfirm", "open outbound"]);
  return peer;
}

describe("a program that may refuse the peer's OPEN", () => {
  test("has said nothing to the peer before it decides, and its refusal is all the peer hears", () => {
    const peer = asked();
    expect(heardOn(peer, "outbound")).toEqual([]);
    expect(summary(peer.reject(2, refusal, "not today"))).toEqual([
      "state Idle",
      "notification outbound",
      "close outbound",
      "down refused",
    ]);
    expect(heardOn(peer, "outbound")).toEqual(["NOTIFICATION 6/5"]);
    expect(peer.nextDeadline()).toBeGreaterThan(2);
  });

  test("lets the session go on with a KEEPALIVE, and what the peer said meanwhile is read then", () => {
    const peer = asked();
    expect(summary(peer.receive("outbound", keepalive, 2))).toEqual([]);
    expect(peer.state).toBe("OpenConfirm");
    expect(summary(peer.admit("outbound", 3))).toEqual(["state Established", "established outbound"]);
    expect(heardOn(peer, "outbound")).toEqual(["KEEPALIVE"]);
  });

  test("is asked again for every connection, and only once for each", () => {
    const peer = asked();
    peer.admit("outbound", 2);
    expect(peer.admit("outbound", 3)).toEqual([]);
    peer.closed("outbound", 4, { kind: "reset", code: null, detail: "" });
    peer.start(5);
    peer.connected(6);
    peer.receive("outbound", concat(peerOpen(), keepalive), 7);
    expect(peer.state).toBe("OpenConfirm");
    expect(summary(peer.admit("outbound", 8))).toEqual(["state Established", "established outbound"]);
  });

  test("that never decides loses the connection at the hold time, with nothing but that said", () => {
    const peer = asked();
    heardOn(peer, "outbound");
    let events: string[] = [];
    while (peer.state === "OpenConfirm") events = summary(peer.tick(peer.nextDeadline()));
    expect(events.at(-1)).toBe("down hold-timer-expired");
    expect(heardOn(peer, "outbound")).toEqual(["NOTIFICATION 4/0"]);
  });

  test("has nothing to admit on a connection that is not there or was not told", () => {
    const peer = newPeer({}, { awaitVerdict: true });
    expect(peer.admit("inbound", 0)).toEqual([]);
    peer.start(0);
    peer.connected(0);
    expect(peer.admit("outbound", 1)).toEqual([]);
    peer.receive("outbound", concat(peerOpen(), keepalive), 2);
    expect(peer.state).toBe("OpenConfirm");
  });
});

describe("a verdict during a collision", () => {
  test("decides before the collision does: admitted, the one that lives by router id dumps its rival", () => {
    const peer = dialled({}, { awaitVerdict: true });
    accept(peer, 0);
    peer.takeOutput("inbound");
    expect(summary(peer.receive("inbound", concat(peerOpen(), keepalive), 1))).toEqual([
      "state OpenConfirm",
      "open inbound",
    ]);
    expect(summary(peer.admit("inbound", 2))).toEqual([
      "notification outbound",
      "close outbound",
      "dropped outbound collision",
      "state Established",
      "established inbound",
    ]);
  });

  test("is not anticipated by the end of the rival", () => {
    const peer = dialled({}, { awaitVerdict: true });
    accept(peer, 0);
    peer.receive("outbound", concat(peerOpen(), keepalive), 1);
    peer.receive("inbound", peerOpen(), 2);
    // By router id the inbound one lives; the outbound one is admitted first, and goes.
    expect(summary(peer.admit("outbound", 3))).toContain("dropped outbound collision");
    expect(peer.state).toBe("OpenConfirm");
    expect(heardOn(peer, "inbound")).toEqual(["OPEN 65001 9"]);
    expect(summary(peer.admit("inbound", 4))).toEqual([]);
    expect(heardOn(peer, "inbound")).toEqual(["KEEPALIVE"]);
  });

  test("a refusal ends both connections", () => {
    const peer = dialled({}, { awaitVerdict: true });
    accept(peer, 0);
    peer.receive("outbound", peerOpen(), 1);
    peer.receive("inbound", peerOpen(), 2);
    peer.reject(3, refusal, "not today");
    expect(heardOn(peer, "outbound")).toEqual(["NOTIFICATION 6/5"]);
    expect(heardOn(peer, "inbound")).toEqual(["OPEN 65001 9", "NOTIFICATION 6/5"]);
    expect(peer.admit("inbound", 4)).toEqual([]);
  });
});
