import { describe, expect, test } from "vitest";
import type { SessionEvent } from "../../src/session/events.ts";
import { concat, heard, keepalive, kinds, newSession, peerOpen } from "./scripted.ts";

function downOf(events: readonly SessionEvent[]): Extract<SessionEvent, { readonly kind: "down" }> {
  const last = events.at(-1);
  if (last?.kind !== "down") throw new Error(`the last event is ${last?.kind}`);
  return last;
}

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

  test("the end of the connection ends the hold", () => {
    const session = held();
    session.receive(peerOpen(), 0);
    session.closed(1, { kind: "end", code: null, detail: "" });
    expect([session.held, session.takeOutput(), session.proceed(2)]).toEqual([false, null, []]);
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
