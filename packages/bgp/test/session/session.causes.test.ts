import { describe, expect, test } from "vitest";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Session } from "../../src/session/session.ts";
import { established, newSession, openSent, peerNotification, peerOpen, raw } from "./scripted.ts";

function downOf(events: readonly SessionEvent[]): Extract<SessionEvent, { readonly kind: "down" }> {
  const last = events.at(-1);
  if (last?.kind !== "down") throw new Error(`the last event is ${last?.kind}`);
  return last;
}

describe("causes", () => {
  const lost = { kind: "end", code: null, detail: "" } as const;

  test.each([
    ["ECONNREFUSED", /nothing listens there/],
    ["EHOSTUNREACH", /check the address, the cable/],
    ["ENETUNREACH", /no route/],
    ["ETIMEDOUT", /TCP-MD5/],
    ["EPERM", /permission/],
    ["EADDRNOTAVAIL", /no address to connect from: check the source/],
    ["EINVAL", /refuses to connect these two addresses: check the source/],
    ["EMFILE", /raise its limit/],
    ["E2BIG", /: check the address of this peer, and the options/],
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

  test("a role of ours that does not fit is named, and so is the limit that we passed", () => {
    const heard = (session: Session, ...notification: Parameters<typeof peerNotification>) =>
      downOf(session.receive(peerNotification(...notification), 0)).cause;
    expect(heard(openSent({ role: "provider" }), 2, 11)).toContain("our BGP role, provider, does not fit its own");
    expect(heard(established(), 6, 1, Uint8Array.of(0, 2, 1, 0, 0, 3, 0xe8))).toBe(
      "the peer sent Cease / Maximum Number of Prefixes Reached: we announce more prefixes than the 1000 of ipv6-unicast that it allows: raise the limit on the router or announce fewer",
    );
  });

  test("what a Hard Reset wraps is what is explained, with the peer's words (RFC 8538 §3.1)", () => {
    const bye = Uint8Array.of(6, 2, 3, 0x62, 0x79, 0x65);
    expect(downOf(established().receive(peerNotification(6, 9, bye), 0)).cause).toBe(
      'the peer sent Cease / Hard Reset (Cease / Administrative Shutdown): "bye": its operator has shut the session down',
    );
  });

  test.each([
    [2, 2, "it expects another AS than ours, 65001"],
    [2, 3, "our router id 10.0.0.1 is not acceptable"],
    [2, 4, "capabilities"],
    [2, 6, "our hold time of 9 s is not acceptable"],
    [2, 7, "ours: ipv4-unicast"],
    [2, 11, "set a role for this peer"],
    [4, 0, "it heard nothing from us"],
    [6, 1, "more prefixes than it allows"],
    [8, 0, "we read nothing of what it sent"],
    [6, 4, "its operator has reset the session"],
    [6, 6, "its configuration was changed"],
    [6, 10, "its BFD session with us went down"],
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

  test("an UPDATE that breaks many rules is described by the gravest of them, in one sentence", () => {
    const session = established();
    const origin = [0x40, 1, 1, 0];
    const attributes = Array.from({ length: 900 }, () => origin).flat();
    const nlri = [33, 198, 51, 100, 0, 0];
    const update = raw(2, [0, 0, attributes.length >> 8, attributes.length & 0xff, ...attributes, ...nlri]);
    const { cause } = downOf(session.receive(update, 0));
    expect(cause).toContain("(nlri-syntax, RFC 7606 §5.3; attribute 2, attribute-missing, RFC 7606 §3 d; ");
    expect(cause).toMatch(/and \d+ more\)/);
    expect(cause.length).toBeLessThan(400);
  });

  test("the wrong AS is named with its remedy", () => {
    const session = openSent();
    expect(downOf(session.receive(peerOpen({ asn: 65009 }), 0)).cause).toBe(
      "the peer says its AS is 65009, we expect 65000: set asn=65009 for this peer or correct the router",
    );
    expect(session.snapshot().lastDown?.reason).toBe("notification-sent");
  });
});
