import { describe, expect, test } from "vitest";
import type { PeerConfigOptions } from "../../src/fsm/config.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { PeerEvent, Slot } from "../../src/session/peer-events.ts";
import type { PeerSession } from "../../src/session/peer-session.ts";
import { concat, keepalive, octets, peerOpen } from "./scripted.ts";
import { accept, heardOn, newPeer, summary } from "./scripted-peer.ts";

const { Ipv4Unicast: v4 } = Family;

function restart(restarted: boolean, families: readonly Family[] = [v4]) {
  const offered = families.map((family) => ({ family, forwarding: restarted }));
  return { restarted, notification: true, restartTime: 10, families: offered };
}

/** The peer's OPEN, with graceful restart for these families. */
function restartingOpen(restarted: boolean, families: readonly Family[] = [v4]): Uint8Array {
  const capability = { code: 64, name: "graceful-restart", ...restart(restarted, families) } as const;
  const asn = 65000;
  return peerOpen({
    asn,
    capabilities: [
      { code: 1, name: "multiprotocol", family: v4 },
      { code: 65, name: "four-octet-as", asn },
      capability,
    ],
  });
}

const endOfRib = octets({ type: 2, endOfRib: v4 });

/** Established over the connection that the peer has dialled, or over ours. */
function established(slot: Slot, open = restartingOpen(false), options: Partial<PeerConfigOptions> = {}): PeerSession {
  const peer = newPeer({ capabilities: { gracefulRestart: restart(false) }, holdTime: 90, ...options });
  peer.start(0);
  if (slot === "inbound") accept(peer, 0);
  else peer.connected(0);
  peer.receive(slot, concat(open, keepalive), 0);
  if (peer.establishedSlot !== slot) throw new Error(`in ${peer.state}`);
  peer.takeOutput(slot);
  return peer;
}

function downOf(events: readonly PeerEvent[]): unknown {
  return events.find(({ kind }) => kind === "down");
}

describe("a peer with graceful restart that dials anew beside its session (RFC 4724 §5)", () => {
  test("has restarted: a session that it dialled ends at once without a word, and its routes are kept as stale", () => {
    const peer = established("inbound");
    const result = peer.accept(1);
    expect(result.accepted).toBe(true);
    if (!result.accepted) return;
    expect(summary(result.events)).toEqual([
      "state Idle",
      "abort inbound",
      "stale",
      "down connection-closed",
      "state Active",
      "state OpenSent",
    ]);
    expect(downOf(result.events)).toMatchObject({
      wasEstablished: true,
      notification: null,
      retained: [v4],
      cause: expect.stringContaining("has restarted without a sign"),
    });
    expect(heardOn(peer, "inbound")).toEqual(["OPEN 65001 90"]);
    expect(peer.snapshot().stale).toEqual([{ family: v4, cause: "restart", sinceMs: 1, untilMs: 10_001 }]);
  });

  test("goes on over the new connection, and what it does not announce again goes with End-of-RIB", () => {
    const peer = established("inbound");
    accept(peer, 5000);
    const events = peer.receive("inbound", concat(restartingOpen(true), keepalive, endOfRib), 5010);
    expect(summary(events)).toEqual([
      "state OpenConfirm",
      "open inbound",
      "state Established",
      "established inbound",
      "end-of-rib",
      "sweep",
    ]);
    expect([peer.establishedSlot, peer.snapshot().stale]).toEqual(["inbound", []]);
  });

  test("ends a session that we dialled with its OPEN, without a probe and without a NOTIFICATION", () => {
    const peer = established("outbound");
    expect(accept(peer, 5000)).toEqual([]);
    expect(heardOn(peer, "outbound")).toEqual([]);
    const events = peer.receive("inbound", concat(restartingOpen(true), keepalive), 5001);
    expect(summary(events)).toEqual([
      "open inbound",
      "state OpenConfirm",
      "abort outbound",
      "stale",
      "down connection-closed",
      "state Established",
      "established inbound",
    ]);
    expect(downOf(events)).toMatchObject({ retained: [v4], notification: null });
    expect([heardOn(peer, "outbound"), peer.establishedSlot]).toEqual([[], "inbound"]);
    expect(peer.snapshot().stale).toMatchObject([{ untilMs: 5001 + 120_000 }]);
  });

  test("does not end it with a connection that says nothing, or no OPEN that is acceptable", () => {
    const peer = established("outbound");
    accept(peer, 5000);
    expect(summary(peer.receive("inbound", peerOpen({ asn: 65009 }), 5001))).not.toContain("abort outbound");
    accept(peer, 6000);
    peer.tick(7500);
    expect(peer.establishedSlot).toBe("outbound");
  });

  test("collides with our dial in the first moments of the session: then it is asked whether it lives (RFC 4271 §6.8)", () => {
    const peer = established("outbound");
    accept(peer, 10);
    peer.receive("inbound", restartingOpen(false), 11);
    expect(heardOn(peer, "outbound")).toEqual(["KEEPALIVE"]);
    expect(summary(peer.tick(1011))).toEqual(["notification inbound", "close inbound", "dropped inbound collision"]);
    expect(peer.establishedSlot).toBe("outbound");
  });

  test("that damps oscillations and dials on and on gets no second session out of it in the pause", () => {
    const peer = established("inbound", restartingOpen(false), { dampPeerOscillations: true });
    expect(accept(peer, 1)).toContain("state OpenSent");
    expect(accept(peer, 2)[0]).toBe("refused");
  });
});

test.each([
  ["without graceful restart at its end", peerOpen(), {}],
  ["without graceful restart at ours", restartingOpen(false), { capabilities: {} }],
  ["that only helps others, with no family of its own", restartingOpen(false, []), {}],
])(
  "a peer %s is refused beside a session that it has dialled, which is asked whether it lives",
  (_name, open, options) => {
    const peer = established("inbound", open, options);
    expect(accept(peer, 5000)[0]).toBe("refused");
    expect(heardOn(peer, "inbound")).toEqual(["KEEPALIVE"]);
    expect(peer.establishedSlot).toBe("inbound");
  },
);
