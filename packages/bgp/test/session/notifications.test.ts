import { describe, expect, test } from "vitest";
import type { Session } from "../../src/session/session.ts";
import {
  concat,
  established,
  heard,
  keepalive,
  kinds,
  openConfirm,
  openSent,
  peerNotification,
  peerOpen,
  raw,
} from "./scripted.ts";

const marker = raw(4);
marker[7] = 0;

/** An OPEN by hand: version, AS, hold time, router id, optional parameters. */
function open(version: number, asn: number, holdTime: number, routerId: number, parameters: number[] = []): Uint8Array {
  const u16 = (value: number) => [value >> 8, value & 0xff];
  const id = [routerId >>> 24, (routerId >>> 16) & 0xff, (routerId >>> 8) & 0xff, routerId & 0xff];
  return raw(1, [version, ...u16(asn), ...u16(holdTime), ...id, parameters.length, ...parameters]);
}

const fourOctetAs = (asn: number[]) => [2, 6, 65, 4, ...asn];
const update = raw(2, [0, 0, 0, 0]);

/** In which state what is answered how: code/subcode and data in hexadecimal. */
const answers: [what: string, before: () => Session, input: Uint8Array, answer: string][] = [
  ["a broken marker", openSent, marker, "1/1"],
  ["a length of 18", openSent, raw(4, [], 18), "1/2 0012"],
  ["a length of 4097", openSent, raw(2, [], 4097), "1/2 1001"],
  ["a length of 65535 without extended messages", established, raw(2, [], 65535), "1/2 ffff"],
  ["an OPEN of 28 octets", openSent, raw(1, new Array(9).fill(0)), "1/2 001c"],
  ["a KEEPALIVE of 20 octets", openConfirm, raw(4, [0]), "1/2 0014"],
  ["an UPDATE of 22 octets", established, raw(2, [0, 0, 0]), "1/2 0016"],
  ["type 0", openSent, raw(0), "1/3 00"],
  ["type 255", established, raw(255), "1/3 ff"],
  ["version 3", openSent, open(3, 65000, 90, 2), "2/1 0004"],
  ["version 5", openSent, open(5, 65000, 90, 2), "2/1 0004"],
  ["the wrong AS in two octets", openSent, open(4, 65009, 90, 2), "2/2"],
  ["the wrong AS in four octets", openSent, open(4, 65000, 90, 2, fourOctetAs([0, 1, 0, 0])), "2/2"],
  ["AS 0", openSent, open(4, 0, 90, 2), "2/2"],
  ["AS 0 in four octets", openSent, open(4, 65000, 90, 2, fourOctetAs([0, 0, 0, 0])), "2/2"],
  ["router id 0", openSent, open(4, 65000, 90, 0), "2/3"],
  ["our router id in our AS", () => openSent({ remoteAs: 65001 }), open(4, 65001, 90, 0x0a000001), "2/3"],
  ["hold time 1", openSent, open(4, 65000, 1, 2), "2/6"],
  ["hold time 2", openSent, open(4, 65000, 2, 2), "2/6"],
  ["optional parameter type 1", openSent, open(4, 65000, 90, 2, [1, 1, 0]), "2/4"],
  ["an optional parameter that overruns", openSent, open(4, 65000, 90, 2, [2, 9, 1, 4]), "2/0"],
  ["a capability that overruns", openSent, open(4, 65000, 90, 2, [2, 3, 65, 4, 0]), "2/0"],
  ["no common family", openSent, open(4, 65000, 90, 2, [2, 6, 1, 4, 0, 2, 0, 1]), "2/7 010400010001"],
  ["a KEEPALIVE before the OPEN", openSent, keepalive, "5/1 04"],
  ["an UPDATE before the OPEN", openSent, update, "5/1 02"],
  ["a ROUTE-REFRESH before the OPEN", openSent, raw(5, [0, 1, 0, 1]), "5/1 05"],
  ["an UPDATE in OpenConfirm", openConfirm, update, "5/2 02"],
  ["an OPEN in OpenConfirm", openConfirm, peerOpen(), "5/2 01"],
  ["an OPEN in Established", established, peerOpen(), "5/3 01"],
  ["a malformed OPEN in Established", established, open(3, 65000, 90, 2), "5/3 01"],
  ["UPDATE lengths that overrun", established, raw(2, [0, 9, 0, 0]), "3/1"],
];

describe.each([
  ["all in one segment", (bytes: Uint8Array) => [bytes]],
  ["one octet at a time", (bytes: Uint8Array) => [...bytes].map((octet) => Uint8Array.of(octet))],
] as const)("%s", (_name, cut) => {
  test.each(answers)("%s is answered with exactly its NOTIFICATION, and the connection closed", (...row) => {
    const [, before, input, answer] = row;
    const session = before();
    session.takeOutput();
    const events = cut(input).flatMap((chunk) => session.receive(chunk, 10));
    expect(heard(session)).toEqual([`NOTIFICATION ${answer}`]);
    expect(kinds(events)).toEqual(["state Idle", "notification", "disconnect", "down notification-sent"]);
    expect(session.snapshot().lastNotificationSent?.atMs).toBe(10);
  });
});

describe("silence", () => {
  test("in OpenSent ends after four minutes", () => {
    const session = openSent();
    expect(session.tick(239_999)).toEqual([]);
    expect(kinds(session.tick(240_000))).toEqual([
      "state Idle",
      "notification",
      "disconnect",
      "down hold-timer-expired",
    ]);
    expect(heard(session)).toEqual(["NOTIFICATION 4/0"]);
  });

  test.each([
    ["OpenConfirm", openConfirm],
    ["Established", established],
  ] as const)("in %s ends after the negotiated hold time, with the keepalives before it", (_name, before) => {
    const session = before();
    expect(kinds(session.tick(8999))).toEqual([]);
    expect(kinds(session.tick(9000)).at(-1)).toBe("down hold-timer-expired");
    expect(heard(session)).toEqual(["KEEPALIVE", "NOTIFICATION 4/0"]);
  });
});

describe("a NOTIFICATION from the peer", () => {
  test("is never answered", () => {
    for (const before of [openSent, openConfirm, established]) {
      const session = before();
      session.takeOutput();
      const events = session.receive(peerNotification(6, 2), 0);
      expect(kinds(events)).toEqual(["notification", "state Idle", "disconnect", "down notification-received"]);
      expect(heard(session)).toEqual([]);
    }
  });

  test("that is malformed is not answered either (RFC 4271 §6.4)", () => {
    for (const before of [openSent, openConfirm, established]) {
      const session = before();
      session.takeOutput();
      expect(kinds(session.receive(raw(3, [6]), 0))).toEqual([
        "state Idle",
        "disconnect",
        "down notification-received",
      ]);
      expect(heard(session)).toEqual([]);
    }
  });

  test("with unknown codes ends the session all the same", () => {
    const session = established();
    session.takeOutput();
    expect(kinds(session.receive(peerNotification(99, 200, Uint8Array.of(1)), 0)).at(-1)).toBe(
      "down notification-received",
    );
    expect(session.snapshot().lastNotificationReceived?.text).toBe("error 99, subcode 200");
  });

  test("behind a broken marker is a broken marker", () => {
    const session = established();
    session.takeOutput();
    const broken = peerNotification(6, 2);
    broken[0] = 0;
    session.receive(broken, 0);
    expect(heard(session)).toEqual(["NOTIFICATION 1/1"]);
  });
});

test("what follows a fault in the same chunk is not read", () => {
  const session = openSent();
  const events = session.receive(concat(keepalive, peerOpen(), keepalive), 0);
  expect(kinds(events).filter((kind) => kind.startsWith("down"))).toHaveLength(1);
  expect(session.state).toBe("Idle");
  expect(session.receive(peerOpen(), 0)).toEqual([]);
});
