import { describe, expect, test } from "vitest";
import { Writer } from "../../src/bytes/writer.ts";
import { Origin, SegmentType } from "../../src/codec/attributes/values.ts";
import { defaultCodecContext } from "../../src/codec/context.ts";
import { decodeMessage } from "../../src/codec/decode.ts";
import { MessageType, type UpdateMessage } from "../../src/codec/message.ts";
import { parsePrefix } from "../../src/codec/nlri/prefix.ts";
import { encodeRoutes } from "../../src/codec/routes.ts";
import type { MaxPrefixes, PeerConfigOptions } from "../../src/fsm/config.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { PrefixLimits } from "../../src/session/prefix-limits.ts";
import type { Session } from "../../src/session/session.ts";
import { concat, established, heard, kinds, peerOpen, raw, routes } from "./scripted.ts";

const both = [Family.Ipv4Unicast, Family.Ipv6Unicast];

function limited(rule: Partial<MaxPrefixes> = {}, options: Partial<PeerConfigOptions> = {}): Session {
  const family = Family.Ipv4Unicast;
  const maxPrefixes = [{ family, limit: 4, warningPercent: null, restart: null, ...rule }];
  const capabilities = both.map((offered) => ({ code: 1, name: "multiprotocol", family: offered }) as const);
  const session = established(
    { families: both, maxPrefixes, ...options },
    peerOpen({
      capabilities: [
        ...capabilities,
        { code: 65, name: "four-octet-as", asn: 65000 },
        { code: 64, name: "graceful-restart", restarted: false, notification: true, restartTime: 10, families: [] },
        { code: 69, name: "add-path", families: [{ family: Family.Ipv4Unicast, receive: true, send: true }] },
      ],
    }),
  );
  session.takeOutput();
  return session;
}

function hosts(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `192.0.2.${from + index}/32`);
}

describe("a limit of prefixes", () => {
  test("may be reached, and one more ends the session with AFI, SAFI and the limit (RFC 4486 §4)", () => {
    const session = limited();
    expect(kinds(session.receive(routes(hosts(0, 4)), 1))).toEqual(["update"]);
    const events = session.receive(routes(hosts(4, 5)), 2);
    expect(kinds(events)).toEqual(["state Idle", "notification", "disconnect", "down max-prefixes"]);
    expect(heard(session)).toEqual(["NOTIFICATION 6/1 00010100000004"]);
    expect(events.at(-1)).toMatchObject({
      cause:
        "the peer announces more than the 4 prefixes of ipv4-unicast that it may: filter on the router, or raise max-prefixes for this peer; it stays down until it is started again",
    });
  });

  test("counts distinct prefixes: the same again, in other attributes or with other spare bits, is not one more", () => {
    const session = limited();
    for (let round = 0; round < 3; round++) session.receive(routes(hosts(0, 4)), round);
    expect(session.state).toBe("Established");
    expect(session.snapshot().prefixes).toEqual([{ family: Family.Ipv4Unicast, count: 4, limit: 4 }]);
  });

  test("lets room be made by withdrawals, and by routes that are treated as withdrawn (RFC 7606 §2)", () => {
    const session = limited();
    session.receive(routes(hosts(0, 4)), 1);
    session.receive(routes(hosts(0, 2), false), 2);
    session.receive(routes(hosts(10, 12)), 3);
    expect(session.snapshot().prefixes).toMatchObject([{ count: 4 }]);
    // ORIGIN 9, 192.0.2.10/32 and .11/32.
    session.receive(raw(2, [0, 0, 0, 4, 0x40, 1, 1, 9, 32, 192, 0, 2, 10, 32, 192, 0, 2, 11]), 4);
    expect(session.snapshot().prefixes).toMatchObject([{ count: 2 }]);
    session.receive(routes(hosts(20, 22)), 5);
    expect(session.state).toBe("Established");
  });

  test("is one family's own", () => {
    const session = limited({ family: Family.Ipv6Unicast, limit: 1 });
    session.receive(routes(hosts(0, 100)), 1);
    session.receive(routes(["2001:db8::1/128"]), 2);
    expect(session.state).toBe("Established");
    session.receive(routes(["2001:db8::2/128"]), 3);
    expect(heard(session)).toEqual(["NOTIFICATION 6/1 00020100000001"]);
  });

  test("counts paths where a prefix may have several (RFC 7911)", () => {
    const addPath = [{ family: Family.Ipv4Unicast, send: false, receive: true }];
    const session = limited({}, { capabilities: { addPath } });
    const context = { ...defaultCodecContext, addPathSend: [Family.Ipv4Unicast] };
    session.receive(routes(["192.0.2.1/32 path 1", "192.0.2.1/32 path 2"], true, context), 1);
    expect(session.snapshot().prefixes).toMatchObject([{ count: 2 }]);
    session.receive(routes(["192.0.2.1/32 path 1"], false, context), 2);
    expect(session.snapshot().prefixes).toMatchObject([{ count: 1 }]);
  });

  test("tells equal addresses of two VPNs apart, and labels of one prefix not (RFC 4364 §4.1)", () => {
    const family = Family.Ipv4Vpn;
    const limits = new PrefixLimits([{ family, limit: 9, warningPercent: null, restart: null }]);
    const reach = (rd: number, label: number): UpdateMessage => {
      const prefix = {
        ...parsePrefix("192.0.2.0/24")!,
        family,
        rd: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, rd),
        labels: [label],
      };
      const nextHop = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2);
      const writer = new Writer();
      const attributes = { origin: Origin.Igp, asPath: [{ type: SegmentType.Sequence, asns: [65000] }], nextHop };
      encodeRoutes(writer, { family, nlri: [prefix], attributes }, defaultCodecContext, () => {});
      const bytes = writer.bytes;
      const length = ((bytes[16] ?? 0) << 8) | (bytes[17] ?? 0);
      const message = decodeMessage(bytes, 0, length, defaultCodecContext);
      if (message.type !== MessageType.Update) throw new Error("not an UPDATE");
      return message;
    };
    for (const [rd, label] of [
      [1, 100],
      [1, 200],
      [2, 100],
    ] as const) {
      limits.take(reach(rd, label), [], []);
    }
    expect(limits.counts()).toMatchObject([{ count: 2 }]);
  });

  test("is found within one chunk: what came before it is delivered, what it was in is not", () => {
    const session = limited();
    const events = session.receive(concat(routes(hosts(0, 2)), routes(hosts(10, 20)), routes(hosts(30, 40))), 1);
    expect(kinds(events)).toEqual(["update", "state Idle", "notification", "disconnect", "down max-prefixes"]);
  });

  test("is wrapped into a Hard Reset when a NOTIFICATION would be bridged by graceful restart (RFC 8538 §3.1)", () => {
    const gracefulRestart = { restarted: false, notification: true, restartTime: 10, families: [] };
    const session = limited({}, { capabilities: { gracefulRestart } });
    session.receive(routes(hosts(0, 5)), 1);
    expect(heard(session)).toEqual(["NOTIFICATION 6/9 060100010100000004"]);
    expect(session.snapshot().lastNotificationSent?.text).toBe(
      "Cease / Hard Reset (Cease / Maximum Number of Prefixes Reached)",
    );
  });

  test("begins to count anew with the next session", () => {
    const session = limited({ restart: 10 });
    session.receive(routes(hosts(0, 5)), 0);
    session.takeOutput();
    session.tick(10_000);
    session.connected(10_000);
    session.receive(concat(peerOpen(), raw(4)), 10_000);
    session.receive(routes(hosts(0, 4)), 10_001);
    expect(session.state).toBe("Established");
  });
});

describe("after the limit", () => {
  test("the session stays down until it is started", () => {
    const session = limited();
    session.receive(routes(hosts(0, 5)), 0);
    expect(session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(kinds(session.start(1))).toEqual(["state Connect", "connect"]);
  });

  test("or for the restart time, which is not jittered", () => {
    const session = limited({ restart: 300 });
    session.receive(routes(hosts(0, 5)), 1000);
    expect(session.nextDeadline()).toBe(301_000);
    expect(kinds(session.tick(301_000))).toEqual(["state Connect", "connect"]);
  });
});

describe("a warning", () => {
  const warnings = (session: Session, bytes: Uint8Array): unknown[] =>
    session.receive(bytes, 1).filter(({ kind }) => kind === "prefix-warning");

  test("comes at its share of the limit, once, and again after the count had fallen below", () => {
    const session = limited({ limit: 8, warningPercent: 75 });
    expect(warnings(session, routes(hosts(0, 5)))).toEqual([]);
    const warning = { kind: "prefix-warning", family: Family.Ipv4Unicast, count: 6, limit: 8 };
    expect(warnings(session, routes(hosts(5, 6)))).toEqual([warning]);
    expect(warnings(session, routes(hosts(6, 8)))).toEqual([]);
    expect(warnings(session, routes(hosts(0, 5), false))).toEqual([]);
    expect(warnings(session, routes(hosts(10, 13)))).toEqual([warning]);
  });

  test("comes before the UPDATE that is its reason", () => {
    const session = limited({ warningPercent: 100 });
    expect(kinds(session.receive(routes(hosts(0, 4)), 1))).toEqual(["prefix-warning", "update"]);
  });
});
