import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { BgpEncodeError } from "../../src/codec/encode-error.ts";
import { toJSON } from "../../src/codec/json.ts";
import {
  decodeMessage,
  encodeMessage,
  encodeRoutes,
  MessageType,
  type UpdateMessage,
} from "../../src/codec/message.ts";
import { NlriView } from "../../src/codec/nlri/view.ts";
import { Outcome } from "../../src/codec/outcome.ts";
import { Family, familyOf } from "../../src/iana/afi-safi.ts";
import { fixtures } from "../fixtures/fixtures.ts";
import { decodeUpdateBytes, decodeWith, external, twoOctet, updateBytes } from "./attributes/update-with.ts";

function encoded(message: UpdateMessage, context: CodecContext): Uint8Array {
  const w = new Writer();
  encodeMessage(w, message, context);
  return w.slice();
}

function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BgpEncodeError) return `${error.code} ${error.field}`;
    throw error;
  }
  return "no error";
}

const updates = fixtures().flatMap((fixture) => {
  const message = decodeMessage(fixture.bytes, 0, fixture.bytes.length, fixture.context);
  return message.type === MessageType.Update ? [{ ...fixture, message }] : [];
});

describe("a decoded UPDATE given back to the encoder", () => {
  it.each(updates.filter(({ message }) => message.outcome <= Outcome.AttributeDiscard))(
    "means the same: $name",
    (fixture) => {
      const { message, context } = fixture;
      const again = encoded(message, context);
      const { length: _, outcome: __, problems: ___, ...before } = toJSON(message);
      const { length: ____, outcome, problems, ...after } = toJSON(decodeMessage(again, 0, again.length, context));
      expect(after).toEqual(before);
      expect([outcome, problems]).toEqual(["ok", []]);
      expect(toHex(encoded(decodeUpdateBytes(again, context), context))).toBe(toHex(again));
    },
  );

  it.each(["c012032d39b2", "400504000000c8", "400504000000c8800f03000201"])(
    "is refused when all that was in it has been dropped, for what is left would be an End-of-RIB marker: %s",
    (add) => {
      const message = decodeUpdateBytes(updateBytes({ add, without: [1, 2, 3], nlri: "" }), external);
      expect(message.endOfRib).toBe(-1);
      expect(message.problems).toHaveLength(1);
      expect(errorOf(() => encoded(message, external))).toBe("missing-field attributes");
    },
  );

  it.each(updates.filter(({ decodeOnly }) => decodeOnly === ""))(
    "has the octets it had: $name",
    ({ bytes, message, context }) => {
      expect(toHex(encoded(message, context))).toBe(toHex(bytes));
    },
  );

  it.each(updates.filter(({ message }) => message.outcome > Outcome.AttributeDiscard))(
    "is refused when its routes were not to be used: $name",
    ({ message, context }) => {
      expect(errorOf(() => encoded(message, context))).toBe("value-range outcome");
    },
  );

  it("keeps the Partial bit of every attribute", () => {
    const bytes = updateBytes({ add: "e00804fde90001e063020102" });
    expect(toHex(encoded(decodeUpdateBytes(bytes, external), external))).toBe(toHex(bytes));
  });

  it("has reachability first and the rest in order, with lengths as short as they can be", () => {
    const unreach = "800f080002012020010db8";
    const message = decodeWith({ without: [1], add: `${unreach}5001000100` });
    expect(toHex(encoded(message, external))).toContain(`${unreach}40010100400200400304c000020118cb0071`);
  });

  it("has AS numbers of the width of the session it goes to", () => {
    const four = decodeWith({ without: [2], add: "40020a0202fa56ea000000fde9c00708fa56ea00c0000202" });
    const towardsTwo = encoded(four, twoOctet);
    expect(toHex(towardsTwo)).toContain("4002060202" + "5ba0fde9" + "400304c0000201c007065ba0c0000202");
    expect(toHex(towardsTwo)).toContain("c0110a0202fa56ea000000fde9c01208fa56ea00c0000202");
    const back = encoded(decodeUpdateBytes(towardsTwo, twoOctet), external);
    expect(toHex(back)).toBe(toHex(encoded(four, external)));
  });

  it("is refused when it is not valid any longer, and its octets have become others", () => {
    const bytes = updateBytes({ nlri: "18cb0071" });
    const message = decodeUpdateBytes(bytes, external);
    bytes[bytes.length - 4] = 33;
    expect(errorOf(() => encoded(message, external))).toBe("value-range nlri");
  });

  it("is refused when it has path identifiers the session has not, or lacks them, or is too long", () => {
    const addPath = { ...external, addPathReceive: [Family.Ipv4Unicast], addPathSend: [Family.Ipv4Unicast] };
    const message = decodeUpdateBytes(updateBytes({ nlri: "0000000118cb0071" }), addPath);
    expect(toHex(encoded(message, addPath))).toContain("0000000118cb0071");
    expect(errorOf(() => encoded(message, external))).toBe("value-range nlri.pathId");
    expect(errorOf(() => encoded(decodeWith({}), addPath))).toBe("value-range nlri.pathId");
    expect(errorOf(() => encoded(decodeWith({}), { ...external, maxMessageLength: 40 }))).toBe(
      "message-too-long message",
    );
  });
});

describe("routes of a family without an NLRI codec", () => {
  const family = familyOf(25, 70);
  const opaqueNlri = fromHex("060401020304")!;
  const attributes = { origin: 0, asPath: [], nextHop: Uint8Array.of(192, 0, 2, 1) } as const;

  function routesOf(batch: Partial<Parameters<typeof encodeRoutes>[1]>, context = defaultCodecContext): string[] {
    const w = new Writer();
    const sent: string[] = [];
    encodeRoutes(w, { family, attributes, nlri: [], opaqueNlri, ...batch }, context, (end) => {
      sent.push(toHex(w.bytes, 19, end));
    });
    expect(w.length).toBe(0);
    return sent;
  }

  it("are announced and withdrawn as they stand", () => {
    expect(routesOf({})).toEqual(["00000019800e0f00194604c000020100060401020304" + "40010100400200"]);
    expect(routesOf({ attributes: null })).toEqual(["0000000c800f09001946060401020304"]);
    const flowspec = { ...attributes, nextHop: new Uint8Array(0) };
    expect(routesOf({ family: familyOf(1, 133), attributes: flowspec })).toEqual([
      "00000015800e0b0001850000060401020304" + "40010100400200",
    ]);
  });

  it("go into one message or none", () => {
    expect(errorOf(() => routesOf({ opaqueNlri: new Uint8Array(4096) }))).toBe("message-too-long message");
    expect(
      routesOf({ opaqueNlri: new Uint8Array(4096) }, { ...defaultCodecContext, maxMessageLength: 65535 }),
    ).toHaveLength(1);
  });

  it.each([
    [{ family: Family.Ipv6Unicast }, "value-range opaqueNlri"],
    [{ nlri: [{ family, lengthBits: 0, bytes: new Uint8Array(0), pathId: -1 }] }, "value-range opaqueNlri"],
    [{ nlri: new NlriView(family, false, opaqueNlri, 0, 6) }, "value-range opaqueNlri"],
    [{ attributes: { asPath: [], nextHop: new Uint8Array(0) } }, "missing-field origin"],
    [{ attributes: { origin: 0 as const, nextHop: new Uint8Array(0) } }, "missing-field asPath"],
    [{ attributes: { origin: 0 as const, asPath: [] } }, "missing-field nextHop"],
    [{ attributes: { ...attributes, nextHop: new Uint8Array(256) } }, "value-length nextHop"],
  ])("%# name what is wrong: %s", (batch, error) => {
    expect(errorOf(() => routesOf(batch))).toBe(error);
  });
});
