import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { AttributeKind } from "../../src/codec/attributes/spec.ts";
import { attributeSpecs } from "../../src/codec/attributes/table.ts";
import { capabilitySpecs } from "../../src/codec/capabilities/table.ts";
import { carriesPathIds } from "../../src/codec/context.ts";
import { toJSON } from "../../src/codec/json.ts";
import { decodeMessage, type Message, MessageType, type UpdateMessage } from "../../src/codec/message.ts";
import { nlriSpecs } from "../../src/codec/nlri/table.ts";
import type { Problem } from "../../src/codec/outcome.ts";
import { familyName } from "../../src/iana/afi-safi.ts";
import { type Fixture, fixtures } from "../fixtures/fixtures.ts";
import { reencode } from "./reencode.ts";

const all = fixtures();

function decode({ bytes, context }: Fixture): ReturnType<typeof decodeMessage> {
  return decodeMessage(bytes, 0, bytes.length, context);
}

describe.each(all)("fixture $file: $name", ({ bytes, context, source, value }) => {
  it("says where it comes from", () => {
    expect(source).toMatch(/\bRFC \d{4}|draft-|captured from /);
  });

  it("decodes to its value", () => {
    expect(toJSON(decodeMessage(bytes, 0, bytes.length, context))).toEqual(value);
  });

  it("decodes to the same in the middle of a larger buffer, and after retain", () => {
    const buffer = new Uint8Array(bytes.length + 40).fill(0xa5);
    buffer.set(bytes, 17);
    const message = decodeMessage(buffer, 17, 17 + bytes.length, context);
    const kept = message.type === MessageType.Update ? message.retain() : message;
    expect(toJSON(message)).toEqual(value);
    buffer.fill(0x5a);
    expect(toJSON(kept)).toEqual(value);
  });

  it("gives a defined outcome when cut off at any octet, with the header's length left or put right", () => {
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.slice(0, length);
      expect(decodeMessage(cut, 0, length, context).type).toBe(MessageType.Malformed);
      if (length < 19) continue;
      cut[16] = length >> 8;
      cut[17] = length;
      const message = decodeMessage(cut, 0, length, context);
      expect(() => toJSON(message)).not.toThrow();
    }
  });
});

describe.each(all.filter(({ decodeOnly }) => decodeOnly === ""))("fixture $file: $name", ({ bytes, context }) => {
  it("is what the encoder writes", () => {
    const message = decodeMessage(bytes, 0, bytes.length, context);
    if (message.type === MessageType.Malformed) throw new Error("malformed");
    expect(toHex(reencode(message, context))).toBe(toHex(bytes));
  });
});

describe("there are fixtures", () => {
  it("with a name of their own each", () => {
    expect(all.map(({ name }) => name).filter((name, index, names) => names.indexOf(name) !== index)).toEqual([]);
  });

  const errors = all.filter(({ file }) => file.endsWith("errors.txt"));
  /** Those that run both ways. */
  const written = all
    .filter(({ decodeOnly }) => decodeOnly === "")
    .map((fixture) => ({ ...fixture, message: decode(fixture) as Message }));
  const updates = written.flatMap(({ context, message }) =>
    message.type === MessageType.Update ? [{ context, message }] : [],
  );
  const problems = errors.flatMap((fixture): readonly Problem[] => {
    const message = decode(fixture);
    return "problems" in message ? message.problems : [];
  });
  const hasProblem = (attribute: number, rule: string): boolean =>
    problems.some((problem) => problem.attribute === attribute && problem.rule === rule);

  it.each(Object.entries(MessageType).filter(([, type]) => type !== MessageType.Malformed))("of %s", (_name, type) => {
    expect(written.some(({ message }) => message.type === type)).toBe(true);
  });

  it.each(attributeSpecs)("of $name, run both ways", ({ code }) => {
    expect(updates.some(({ message }) => message.attributes.has(code))).toBe(true);
  });

  it.each(attributeSpecs)("of $name with wrong flags, wrong lengths and from a peer that may not send it", (spec) => {
    const { code, badFlags, badLength, fromExternal, fromFourOctetAs } = spec;
    const anyLength = spec.length.min === 0 && spec.length.max === 0xffff && spec.length.multipleOf === 1;
    const faults = [badFlags, anyLength ? null : badLength, fromExternal, fromFourOctetAs];
    for (const fault of faults)
      if (fault !== null) expect([fault.rule, hasProblem(code, fault.rule)]).toEqual([fault.rule, true]);
  });

  it.each(attributeSpecs)(
    "of $name both shorter and longer than it may be, where it has limits",
    ({ code, length }) => {
      const lengths = errors.flatMap(({ bytes }) => attributeLengths(bytes, code));
      if (length.multipleOf !== 1) expect(lengths.some((octets) => octets % length.multipleOf !== 0)).toBe(true);
      if (length.min > 0) expect(lengths.some((octets) => octets < length.min)).toBe(true);
      if (length.max < 0xffff && length.min === 0) expect(lengths.some((octets) => octets > length.max)).toBe(true);
    },
  );

  it("of unknown attributes, transitive and not", () => {
    const flags = updates
      .flatMap(({ message }) => message.attributes.materialise().unknown ?? [])
      .map((raw) => raw.flags);
    const kinds = new Set(flags.map((octet) => octet & AttributeKind.OptionalTransitive));
    expect(kinds).toEqual(new Set([AttributeKind.OptionalTransitive, AttributeKind.OptionalNonTransitive]));
  });

  it.each(capabilitySpecs)("of the capability $name, run both ways", ({ name }) => {
    const names = written.flatMap(({ message }) =>
      message.type === MessageType.Open ? message.capabilities.map((capability) => capability.name) : [],
    );
    expect(names).toContain(name);
    expect(names).toContain("unknown");
  });

  it.each(capabilitySpecs)("of the capability $name with a value its RFC does not allow", ({ code }) => {
    const kept = all
      .map(decode)
      .flatMap((message) =>
        message.type === MessageType.Open
          ? message.capabilities
              .filter((capability) => capability.name === "unknown")
              .map((capability) => capability.code)
          : [],
      );
    expect(kept).toContain(code);
  });

  describe.each(nlriSpecs.map((spec) => ({ ...spec, name: familyName(spec.family) })))("of $name", (spec) => {
    const { family, nextHopLengths } = spec;
    const views = (of: UpdateMessage): { reached: boolean; withdrawn: boolean } => ({
      reached: [of.nlri, of.attributes.mpReach?.nlri].some((nlri) => nlri?.family === family && !nlri.isEmpty),
      withdrawn: [of.withdrawn, of.attributes.mpUnreach?.nlri].some((nlri) => nlri?.family === family && !nlri.isEmpty),
    });

    it.each(nextHopLengths)("with a next hop of %i octets", (length) => {
      const lengths = updates
        .filter(({ message }) => views(message).reached)
        .map(({ message }) => message.attributes.materialise(family).nextHop?.length);
      expect(lengths).toContain(length);
    });

    it("withdrawn, and its End-of-RIB", () => {
      expect(updates.some(({ message }) => views(message).withdrawn)).toBe(true);
      expect(updates.some(({ message }) => message.endOfRib === family)).toBe(true);
    });

    it("with path identifiers, reached and withdrawn", () => {
      const withIds = updates.filter(({ context }) => carriesPathIds(context.addPathReceive, family));
      expect(withIds.some(({ message }) => views(message).reached)).toBe(true);
      expect(withIds.some(({ message }) => views(message).withdrawn)).toBe(true);
    });

    it("with a syntax error", () => {
      const broken = errors.map(decode).some((message) => {
        if (message.type !== MessageType.Update) return false;
        const rules = message.problems.map(({ rule }) => rule);
        return rules.some((rule) => /nlri-syntax|withdrawn-syntax/.test(rule));
      });
      expect(broken).toBe(true);
      const octets = [spec.family >> 16, (spec.family >> 8) & 0xff, spec.family & 0xff].map((octet) =>
        octet.toString(16).padStart(2, "0"),
      );
      const inData = errors.some(({ value }) => {
        const { problems: found, notification } = value as { problems?: Problem[]; notification?: { data: string } };
        const rule = found?.some((problem) => /^mp-(un)?reach-nlri-syntax$/.test(problem.rule)) === true;
        return rule && notification?.data.startsWith(octets.join(""), 6) === true;
      });
      expect(inData).toBe(true);
    });
  });
});

/** The lengths of the attributes with this code in an UPDATE, read without the decoder. */
function attributeLengths(bytes: Uint8Array, code: number): number[] {
  if (bytes[18] !== MessageType.Update) return [];
  const lengths: number[] = [];
  let at = 21 + bytes[19]! * 256 + bytes[20]! + 2;
  const end = at + bytes[at - 2]! * 256 + bytes[at - 1]!;
  while (at < end && at + 2 < bytes.length) {
    const long = (bytes[at]! & 0x10) !== 0;
    const length = long ? bytes[at + 2]! * 256 + bytes[at + 3]! : bytes[at + 2]!;
    if (bytes[at + 1] === code) lengths.push(length);
    at += (long ? 4 : 3) + length;
  }
  return lengths;
}
