import { beforeEach, describe, expect, test } from "vitest";
import { Writer } from "../../src/bytes/writer.ts";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { decodeMessage, encodeRoutes, MessageType, type UpdateMessage } from "../../src/codec/message.ts";
import { formatPrefix, type Prefix } from "../../src/codec/nlri/prefix.ts";
import { Outcome } from "../../src/codec/outcome.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { AdjRibIn } from "../../src/rib/adj-rib-in.ts";
import { acceptAll, type ImportPolicy } from "../../src/rib/policy.ts";
import type { RibChange } from "../../src/rib/rib-route.ts";
import { attributes, path, v4, v6 } from "./routes.ts";

const localAs = 65000;
const localRouterId = 0x0a00_00fe;

/** The UPDATE that announces (or, with null, withdraws) these routes, through the real codec. */
function update(
  nlri: readonly Prefix[],
  set: AttributeValues | null,
  context: CodecContext = defaultCodecContext,
): UpdateMessage {
  const messages: Uint8Array[] = [];
  const writer = new Writer();
  const family = nlri[0]?.family ?? Family.Ipv4Unicast;
  encodeRoutes(writer, { family, attributes: set, nlri }, context, (end) => messages.push(writer.bytes.slice(0, end)));
  const [bytes] = messages;
  if (bytes === undefined || messages.length > 1) throw new Error("the routes do not make one message");
  return decoded(bytes, context);
}

function decoded(bytes: Uint8Array, context: CodecContext = defaultCodecContext): UpdateMessage {
  const message = decodeMessage(bytes, 0, bytes.length, context);
  if (message.type !== MessageType.Update) throw new Error(`type ${message.type} is no UPDATE`);
  return message;
}

function octets(message: UpdateMessage, change: (bytes: Uint8Array) => void): UpdateMessage {
  const { bytes } = message.nlri;
  const copy = bytes.slice();
  change(copy);
  return decoded(copy);
}

function rib(policy: ImportPolicy | null = acceptAll): AdjRibIn {
  return new AdjRibIn({ policy, localAs, localRouterId });
}

/** `+prefix` for each announcement, `-prefix` for each withdrawal. */
function show(change: RibChange): string[] {
  return [
    ...change.withdraw.map((prefix) => `-${formatPrefix(prefix)}`),
    ...change.announce.map(({ prefix }) => `+${formatPrefix(prefix)}`),
  ];
}

const one = v4("192.0.2.1");
const two = v4("192.0.2.2");
const set = attributes({ asPath: path(65001) });

describe("with a policy that takes everything", () => {
  let table: AdjRibIn;
  beforeEach(() => {
    table = rib();
  });

  test("routes come, change and go, and only changes are reported", () => {
    expect(show(table.receive(update([one, two], set)))).toEqual(["+192.0.2.1/32", "+192.0.2.2/32"]);
    expect(show(table.receive(update([one], set)))).toEqual([]);
    expect(show(table.receive(update([one], attributes({ multiExitDisc: 9 }))))).toEqual(["+192.0.2.1/32"]);
    expect(table.get(one)?.attributes).toMatchObject({ multiExitDisc: 9, asPath: path(65001) });
    expect(show(table.receive(update([one], null)))).toEqual(["-192.0.2.1/32"]);
    expect(show(table.receive(update([one], null)))).toEqual([]);
    expect([table.size, [...table.routes()].map(({ prefix }) => formatPrefix(prefix))]).toEqual([1, ["192.0.2.2/32"]]);
  });

  test("IPv6 routes carry the next hop of their own MP_REACH_NLRI", () => {
    const nextHop = Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(show(table.receive(update([v6(1)], { ...set, nextHop })))).toEqual(["+2001:db8::1/128"]);
    expect(table.get(v6(1))?.attributes.nextHop).toEqual(nextHop);
    expect(show(table.receive(update([v6(1)], null)))).toEqual(["-2001:db8::1/128"]);
  });

  test("equal attributes of different UPDATEs are one object, forgotten with the last route", () => {
    table.receive(update([one], set));
    table.receive(update([two], set));
    expect(table.get(one)?.attributes).toBe(table.get(two)?.attributes);
    expect(table.attributeSets).toBe(1);
    table.receive(update([one], attributes({ multiExitDisc: 1 })));
    expect(table.attributeSets).toBe(2);
    table.receive(update([one, two], null));
    expect(table.attributeSets).toBe(0);
  });

  test("an UPDATE that is treat-as-withdraw takes the routes it names away (RFC 7606 §2)", () => {
    table.receive(update([one, two], set));
    const bad = octets(update([one], set), (bytes) => {
      // ORIGIN is the first attribute; 9 is no origin.
      bytes[26] = 9;
    });
    expect(bad.outcome).toBe(Outcome.TreatAsWithdraw);
    expect(show(table.receive(bad))).toEqual(["-192.0.2.1/32"]);
    expect(table.size).toBe(1);
  });

  test("a prefix that one UPDATE withdraws and announces counts as announced (RFC 4271 §4.3)", () => {
    table.receive(update([one], set));
    const change = attributes({ multiExitDisc: 5 });
    const announcement = update([one], change).nlri.bytes;
    const both = new Uint8Array(announcement.length + 5);
    both.set(announcement.subarray(0, 19));
    both.set([0, 5, 32, ...one.bytes], 19);
    both.set(announcement.subarray(21), 26);
    both[17] = both.length;
    expect(show(table.receive(decoded(both)))).toEqual(["+192.0.2.1/32"]);
    expect(table.get(one)?.attributes.multiExitDisc).toBe(5);
  });

  test("paths with different identifiers are routes of their own (RFC 7911)", () => {
    const context = { ...defaultCodecContext, addPathSend: [Family.Ipv4Unicast], addPathReceive: [Family.Ipv4Unicast] };
    const [first, second] = [v4("192.0.2.1", 32, 1), v4("192.0.2.1", 32, 2)];
    table.receive(update([first, second], set, context));
    expect(table.size).toBe(2);
    table.receive(update([first], null, context));
    expect([table.get(first), table.get(second)?.prefix.pathId]).toEqual([null, 2]);
  });

  test("families that the session does not use are left out", () => {
    expect(show(table.receive(update([one], set), [Family.Ipv4Unicast]))).toEqual([]);
    expect(table.size).toBe(0);
  });

  test("clear forgets one family or everything, and says what", () => {
    const nextHop = new Uint8Array(16).fill(1);
    table.receive(update([one], set));
    table.receive(update([v6(1)], { ...set, nextHop }));
    expect(show(table.clear(Family.Ipv6Unicast))).toEqual(["-2001:db8::1/128"]);
    expect(show(table.clear())).toEqual(["-192.0.2.1/32"]);
    expect([table.size, table.attributeSets, show(table.clear())]).toEqual([0, 0, []]);
  });

  test.each([
    ["our AS in the path", attributes({ asPath: path(65001, localAs) })],
    ["our router id as originator", attributes({ originatorId: Uint8Array.of(10, 0, 0, 0xfe) })],
    ["our router id in the cluster list", attributes({ clusterList: [Uint8Array.of(10, 0, 0, 0xfe)] })],
  ])("a route with %s has been here before: it is refused and takes its predecessor away", (_name, looped) => {
    const internal = { ...defaultCodecContext, internal: true };
    table.receive(update([one], { ...set, localPref: 100 }, internal));
    expect(show(table.receive(update([one], { ...looped, localPref: 100 }, internal)))).toEqual(["-192.0.2.1/32"]);
    expect(table.attributeSets).toBe(0);
  });

  test("nothing kept looks into the message's bytes", () => {
    const message = update([one], set);
    table.receive(message);
    message.nlri.bytes.fill(0xff);
    expect(table.get(one)).toMatchObject({ prefix: one, attributes: set });
  });
});

describe("the import policy", () => {
  test("without one nothing is accepted (RFC 8212)", () => {
    const table = rib(null);
    expect(show(table.receive(update([one], set)))).toEqual([]);
    expect(table.size).toBe(0);
  });

  test("decides per route, and a route refused later is taken away", () => {
    let refused: readonly string[] = ["192.0.2.2/32"];
    const table = rib((prefix) => !refused.includes(formatPrefix(prefix)));
    expect(show(table.receive(update([one, two], set)))).toEqual(["+192.0.2.1/32"]);
    refused = ["192.0.2.1/32"];
    expect(show(table.receive(update([one, two], attributes({ multiExitDisc: 1 }))))).toEqual([
      "-192.0.2.1/32",
      "+192.0.2.2/32",
    ]);
    expect(table.attributeSets).toBe(1);
  });

  test("may replace the attributes, and equal replacements are no change", () => {
    const table = rib((_prefix, values) => ({ ...values, localPref: 200 }));
    expect(show(table.receive(update([one], set)))).toEqual(["+192.0.2.1/32"]);
    expect(table.get(one)?.attributes).toMatchObject({ localPref: 200 });
    expect(show(table.receive(update([one], set)))).toEqual([]);
    // What the peer sent is kept too, for a policy that changes.
    expect(table.attributeSets).toBe(2);
  });
});

describe("stale routes", () => {
  let table: AdjRibIn;
  beforeEach(() => {
    table = rib();
    table.receive(update([one, two], set));
    table.receive(update([v6(1)], { ...set, nextHop: new Uint8Array(16).fill(1) }));
  });

  test("stay in use, and those that the peer announces again outlive the sweep (RFC 4724 §4.2)", () => {
    expect(table.markStale(Family.Ipv4Unicast)).toBe(2);
    expect([table.size, table.staleCount(Family.Ipv6Unicast)]).toEqual([3, 0]);
    // An equal route is no news, and stale no longer.
    expect(show(table.receive(update([one], set)))).toEqual([]);
    expect(table.staleCount(Family.Ipv4Unicast)).toBe(1);
    expect(show(table.sweep(Family.Ipv4Unicast))).toEqual(["-192.0.2.2/32"]);
    expect([table.size, table.staleCount(Family.Ipv4Unicast), show(table.sweep(Family.Ipv4Unicast))]).toEqual([
      2,
      0,
      [],
    ]);
  });

  test("that change, are withdrawn or are cleared are not counted any more", () => {
    table.markStale(Family.Ipv4Unicast);
    expect(show(table.receive(update([one], attributes({ multiExitDisc: 1 }))))).toEqual(["+192.0.2.1/32"]);
    expect(show(table.receive(update([two], null)))).toEqual(["-192.0.2.2/32"]);
    expect(show(table.sweep(Family.Ipv4Unicast))).toEqual([]);
    table.markStale(Family.Ipv6Unicast);
    table.clear();
    expect([table.staleCount(Family.Ipv4Unicast), table.staleCount(Family.Ipv6Unicast)]).toEqual([0, 0]);
  });
});

test("a policy that has changed is asked again about what is held", () => {
  let verdict: (text: string) => boolean | AttributeValues = () => true;
  const table = rib((prefix, values) => {
    const answer = verdict(formatPrefix(prefix));
    return typeof answer === "boolean" ? answer : { ...values, ...answer };
  });
  table.receive(update([one, two], set));
  expect(show(table.reapply())).toEqual([]);
  verdict = (text) => (text === "192.0.2.1/32" ? false : { localPref: 300 });
  expect(show(table.reapply(Family.Ipv6Unicast))).toEqual([]);
  expect(show(table.reapply(Family.Ipv4Unicast))).toEqual(["-192.0.2.1/32", "+192.0.2.2/32"]);
  expect(table.get(two)?.attributes).toMatchObject({ localPref: 300 });
  // The peer's own attributes were kept beside what the policy made of them.
  verdict = () => true;
  expect(show(table.reapply())).toEqual(["+192.0.2.2/32"]);
  expect(table.get(two)?.attributes.localPref).toBeUndefined();
  expect(show(rib(null).reapply())).toEqual([]);
});

test("a changed policy is asked in short turns, while routes come and go, with the same result", () => {
  let verdict: ImportPolicy = () => true;
  const table = rib((prefix, values) => verdict(prefix, values));
  const many = Array.from({ length: 300 }, (_, n) => ({ ...one, bytes: Uint8Array.of(192, 0, n >> 8, n) }));
  table.receive(update(many, set));
  verdict = ({ bytes }, values) => (bytes[3] === 7 ? false : { ...values, localPref: 300 });
  table.reapplyLater();
  const first = table.reapplySomeChanged(100);
  expect([first.done, first.change.announce.length, first.change.withdraw.length]).toEqual([false, 99, 1]);
  table.receive(update([many[150]!, many[7]!], set));
  expect(table.reapplySome(100)).toBe(false);
  expect(table.reapplySome(100)).toBe(true);
  expect(table.size).toBe(298);
  expect([...table.routes()].every(({ attributes: { localPref } }) => localPref === 300)).toBe(true);
  // It is done: what comes later is not judged twice.
  table.receive(update([one], set));
  expect(table.reapplySomeChanged(100)).toEqual({ done: true, change: { announce: [], withdraw: [] } });
});
