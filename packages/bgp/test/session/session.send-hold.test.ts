import { describe, expect, test } from "vitest";
import type { Session } from "../../src/session/session.ts";
import { established, heard, keepalive, kinds, openConfirm, peerOpen } from "./scripted.ts";

/** Lets the peer's KEEPALIVEs come in up to `until`, so that only our own output is in question; returns what happened. */
function chatter(session: Session, from: number, until: number): string[] {
  const happened: string[] = [];
  for (let now = from; now < until && session.state === "Established"; now += 1000) {
    happened.push(...kinds(session.tick(now)));
    happened.push(...kinds(session.receive(keepalive, now)));
  }
  return happened;
}

function blocked(sendHoldTime: number | null = 20): Session {
  const session = established({ sendHoldTime });
  session.takeOutput();
  session.unsent(30, 0);
  return session;
}

describe("a peer that reads nothing (RFC 9687)", () => {
  test("is given up after the send hold time although it keeps talking, with a reset and not a goodbye", () => {
    const session = blocked();
    expect(chatter(session, 1000, 20_000)).toEqual([]);
    expect(session.nextDeadline()).toBe(20_000);
    session.takeOutput();
    const events = session.tick(20_000);
    expect(kinds(events)).toEqual(["state Idle", "notification", "disconnect", "down send-hold-timer-expired"]);
    expect(events[2]).toEqual({ kind: "disconnect", abort: true });
    expect(heard(session)).toEqual(["NOTIFICATION 8/0"]);
    expect(session.snapshot()).toMatchObject({
      connectRetryCounter: 1,
      lastNotificationSent: { text: "Send Hold Timer Expired" },
      lastDown: { reason: "send-hold-timer-expired", cause: expect.stringContaining("send hold time of 20 s") },
    });
  });

  test("gets another send hold time with each octet that it takes", () => {
    const session = blocked();
    chatter(session, 1000, 15_000);
    session.unsent(29, 15_000);
    expect(chatter(session, 15_000, 34_500)).toEqual([]);
    expect(chatter(session, 35_000, 36_000).at(-1)).toBe("down send-hold-timer-expired");
  });

  test("gets none for being told of the same octets again, or of more that wait behind them", () => {
    const session = blocked();
    chatter(session, 1000, 15_000);
    session.unsent(30, 15_000);
    // Our KEEPALIVE of 19 octets was taken meanwhile, and waits as well.
    session.unsent(30 + (session.takeOutput()?.length ?? 0), 16_000);
    expect(chatter(session, 16_000, 21_000).at(-1)).toBe("down send-hold-timer-expired");
  });

  test("is given up just so when it stopped reading before the session was established", () => {
    const session = openConfirm({ sendHoldTime: 20 });
    session.unsent(19, 0);
    session.receive(keepalive, 0);
    session.unsent(19 + (session.takeOutput()?.length ?? 0), 0);
    expect(chatter(session, 1000, 20_000)).toEqual([]);
    expect(chatter(session, 20_000, 21_000).at(-1)).toBe("down send-hold-timer-expired");
  });

  test("is left alone once it has taken everything", () => {
    const session = blocked();
    chatter(session, 1000, 10_000);
    session.unsent(0, 10_000);
    expect(chatter(session, 10_000, 700_000)).toEqual([]);
  });

  test("has eight minutes by default, for ever with 0, and for ever without a hold time (RFC 9687 §4.3, §6)", () => {
    expect(chatter(blocked(null), 0, 480_000)).toEqual([]);
    expect(chatter(blocked(null), 0, 481_000).at(-1)).toBe("down send-hold-timer-expired");
    expect(chatter(blocked(0), 0, 2_000_000)).toEqual([]);
    const timeless = established({ sendHoldTime: 20 }, peerOpen({ holdTime: 0 }));
    timeless.unsent(30, 0);
    expect(timeless.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test("a new connection begins with nothing waiting", () => {
    const session = blocked();
    session.closed(1, { kind: "reset", code: null, detail: "" });
    session.tick(session.nextDeadline());
    session.connected(500);
    session.receive(peerOpen(), 500);
    session.receive(keepalive, 500);
    expect(session.state).toBe("Established");
    session.takeOutput();
    session.unsent(0, 600);
    expect(chatter(session, 1000, 60_000)).toEqual([]);
  });
});
