import { describe, expect, test } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { established, heard, kinds, newSession, peerOpen, raw } from "./scripted.ts";

function downOf(events: readonly SessionEvent[]): Extract<SessionEvent, { readonly kind: "down" }> {
  const last = events.at(-1);
  if (last?.kind !== "down") throw new Error(`the last event is ${last?.kind}`);
  return last;
}

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

describe("resetting", () => {
  test("sends Cease / Administrative Reset with its text and comes back by itself (RFC 9003 §2)", () => {
    const session = established();
    session.takeOutput();
    const events = session.reset(0, { subcode: 4, text: "new keys" });
    expect(kinds(events)).toEqual(["state Idle", "notification", "disconnect", "down administrative-reset"]);
    expect(downOf(events).cause).toBe("reset on our side: new keys");
    expect(heard(session)).toEqual(["NOTIFICATION 6/4 086e6577206b657973"]);
    expect(kinds(session.tick(session.nextDeadline()))).toEqual(["state Connect", "connect"]);
  });

  test.each([3, 6, 8])("Cease subcode %i carries no text", (subcode) => {
    const session = established();
    session.takeOutput();
    session.reset(0, { subcode, text: "not sent" });
    expect(heard(session)).toEqual([`NOTIFICATION 6/${subcode}`]);
  });
});

describe("a hard reset (RFC 8538 §3.1)", () => {
  const gracefulRestart = { restarted: false, notification: true, restartTime: 10, families: [] };
  const withRestart = (notification: boolean) =>
    peerOpen({
      capabilities: [{ code: 64, name: "graceful-restart", ...gracefulRestart, notification }],
    });
  const saidAt = (ours: boolean, theirs: boolean, hard: boolean) => {
    const capabilities = ours ? { gracefulRestart } : {};
    const session = established({ capabilities }, withRestart(theirs));
    session.takeOutput();
    session.stop(0, { subcode: 2, text: "bye", hard });
    return heard(session);
  };

  test("wraps the NOTIFICATION when both ends announced the N bit and it is asked for", () => {
    expect(saidAt(true, true, true)).toEqual(["NOTIFICATION 6/9 060203627965"]);
    expect(saidAt(true, true, false)).toEqual(["NOTIFICATION 6/2 03627965"]);
  });

  test("is a plain Cease when one of them did not", () => {
    expect(saidAt(true, false, true)).toEqual(["NOTIFICATION 6/2 03627965"]);
    expect(saidAt(false, true, true)).toEqual(["NOTIFICATION 6/2 03627965"]);
  });
});

describe("a begin-of-refresh marker that is too long (RFC 7313 §5)", () => {
  const capabilities = [
    { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
    { code: 2, name: "route-refresh" },
    { code: 6, name: "extended-message" },
    { code: 65, name: "four-octet-as", asn: 65000 },
    { code: 70, name: "enhanced-route-refresh" },
  ] as const;

  test.each([
    [4096, false],
    [65535, true],
  ])(
    "of %d octets, as many as a message may have, ends the session with what fits of it",
    (length, extendedMessage) => {
      const options = { capabilities: { enhancedRouteRefresh: true, extendedMessage } };
      const session = established(options, peerOpen({ capabilities }));
      session.takeOutput();
      const marker = raw(5, [0, 1, 1, 1, ...new Array<number>(length - 23).fill(0)]);
      const events = session.receive(marker, 100);
      expect(kinds(events)).toEqual(["state Idle", "notification", "disconnect", "down notification-sent"]);
      expect(heard(session)).toEqual([`NOTIFICATION 7/1 ${toHex(marker.subarray(0, length - 23))}`]);
    },
  );
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
