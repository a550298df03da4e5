import { describe, expect, test } from "vitest";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { decodeMessage } from "../../src/codec/decode.ts";
import { MessageType, type UpdateMessage } from "../../src/codec/message.ts";
import { Outcome } from "../../src/codec/outcome.ts";
import { Family, familyOf } from "../../src/iana/afi-safi.ts";
import { Deliveries } from "../../src/session/deliveries.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { sampleConfig, sampleNegotiated, sampleOpen } from "../fsm/samples.ts";
import { raw } from "./scripted.ts";

const dual = sampleNegotiated(
  sampleConfig({ families: [Family.Ipv4Unicast, Family.Ipv6Unicast] }),
  sampleOpen({
    capabilities: [
      { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
      { code: 1, name: "multiprotocol", family: Family.Ipv6Unicast },
      { code: 2, name: "route-refresh" },
    ],
  }),
);
const ipv4Only = sampleNegotiated();

function update(body: number[], context: CodecContext = defaultCodecContext): UpdateMessage {
  const bytes = raw(MessageType.Update, body);
  const message = decodeMessage(bytes, 0, bytes.length, context);
  if (message.type !== MessageType.Update) throw new Error("not an UPDATE");
  return message;
}

/** MP_UNREACH_NLRI for one prefix: optional, code 15. */
function unreach(afi: number, prefix: number[]): number[] {
  const value = [0, afi, 1, ...prefix];
  return [0x80, 15, value.length, ...value];
}

const ipv6Withdrawal = unreach(2, [16, 0x20, 0x01]);
const mp = update([0, 0, 0, ipv6Withdrawal.length, ...ipv6Withdrawal]);
const classic = update([0, 3, 16, 192, 0, 0, 0]);
const mixed = update([0, 3, 16, 192, 0, 0, ipv6Withdrawal.length, ...ipv6Withdrawal]);

function deliver(deliveries: Deliveries, message: UpdateMessage, negotiated = dual): SessionEvent[] {
  const events: SessionEvent[] = [];
  deliveries.deliver(message, negotiated, events);
  return events;
}

describe("families", () => {
  test("that were negotiated are delivered", () => {
    const deliveries = new Deliveries();
    for (const message of [mp, classic, mixed]) {
      expect(deliver(deliveries, message)).toEqual([{ kind: "update", message, ignoredFamilies: [] }]);
    }
  });

  test("that were not negotiated are left out, or named when the UPDATE also has one that was", () => {
    const deliveries = new Deliveries();
    expect(deliver(deliveries, mp, ipv4Only)).toEqual([]);
    expect(deliver(deliveries, mixed, ipv4Only)).toEqual([
      { kind: "update", message: mixed, ignoredFamilies: [Family.Ipv6Unicast] },
    ]);
  });

  test("that RFC 7606 disables are told once, and then left out until the next connection", () => {
    const deliveries = new Deliveries();
    const disabling = { ...mp, outcome: Outcome.AfiSafiDisable, attributes: mp.attributes } as UpdateMessage;
    expect(deliver(deliveries, disabling)).toEqual([
      { kind: "family-disabled", family: Family.Ipv6Unicast, problems: mp.problems },
    ]);
    expect(deliver(deliveries, disabling)).toEqual([]);
    expect(deliver(deliveries, mp)).toEqual([]);
    expect(deliver(deliveries, classic)).toHaveLength(1);
    deliveries.reset();
    expect(deliver(deliveries, mp)).toHaveLength(1);
  });

  test("a family that cannot be told is every family", () => {
    const disabling = { ...classic, outcome: Outcome.AfiSafiDisable, attributes: classic.attributes } as UpdateMessage;
    const families = deliver(new Deliveries(), disabling).map((event) =>
      event.kind === "family-disabled" ? event.family : null,
    );
    expect(families).toEqual([Family.Ipv4Unicast, Family.Ipv6Unicast]);
  });
});

describe("route refresh subtypes", () => {
  const refresh = (subtype: number) => ({ type: MessageType.RouteRefresh, family: Family.Ipv4Unicast, subtype });
  const enhanced = { ...dual, enhancedRouteRefresh: true };

  function subtypes(negotiated: typeof dual, subtype: number): number[] {
    const events: SessionEvent[] = [];
    new Deliveries().deliver(refresh(subtype), negotiated, events);
    return events.map((event) => (event.kind === "route-refresh" ? event.message.subtype : -1));
  }

  test("are what they say with the enhanced capability, and unknown ones are ignored (RFC 7313 §5)", () => {
    expect([0, 1, 2, 3, 255].map((subtype) => subtypes(enhanced, subtype))).toEqual([[0], [1], [2], [], []]);
  });

  test("are a reserved octet without it", () => {
    expect([0, 1, 255].map((subtype) => subtypes(dual, subtype))).toEqual([[0], [0], [0]]);
  });

  test("of families that were not negotiated are ignored", () => {
    const events: SessionEvent[] = [];
    new Deliveries().deliver({ ...refresh(0), family: familyOf(25, 70) }, dual, events);
    expect(events).toEqual([]);
  });
});
