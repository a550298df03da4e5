import { describe, expect, it } from "vitest";
import { BgpEncodeError } from "../../../src/codec/encode-error.ts";
import { parsePrefix } from "../../../src/codec/nlri/prefix.ts";
import { emptyNlri, NlriView } from "../../../src/codec/nlri/view.ts";
import { Family, familyOf } from "../../../src/iana/afi-safi.ts";

const field = Uint8Array.of(99, 8, 10, 20, 192, 168, 255, 0, 99);

describe("NlriView", () => {
  const view = new NlriView(Family.Ipv4Unicast, false, field, 1, 8);

  it("visits where the octets are", () => {
    const visited: number[][] = [];
    view.forEach((bytes, offset, lengthBits, pathId) => {
      visited.push([bytes === field ? 1 : 0, offset, lengthBits, pathId]);
    });
    expect(visited).toEqual([
      [1, 2, 8, -1],
      [1, 4, 20, -1],
      [1, 8, 0, -1],
    ]);
    expect([view.count, view.isEmpty, view.opaque]).toEqual([3, false, false]);
  });

  it("materialises values of their own, without the bits past the length", () => {
    expect(view.materialise().map(({ lengthBits, bytes }) => [lengthBits, ...bytes])).toEqual([
      [8, 10],
      [20, 192, 168, 240],
      [0],
    ]);
    expect([...view.texts()]).toEqual(["10.0.0.0/8", "192.168.240.0/20", "0.0.0.0/0"]);
  });

  it("outlives its buffer after retain", () => {
    const buffer = field.slice();
    const kept = new NlriView(Family.Ipv4Unicast, false, buffer, 1, 8).retain();
    buffer.fill(0);
    expect(kept.materialise()).toEqual(view.materialise());
    expect(kept.rawBytes()).toEqual(field.slice(1, 8));
    expect(emptyNlri.retain()).toBe(emptyNlri);
  });

  it("is made from prefixes, and gives them again", () => {
    const prefixes = ["10.0.0.0/8", "192.168.240.0/20", "0.0.0.0/0"].map((text) => parsePrefix(text)!);
    const made = NlriView.from(Family.Ipv4Unicast, prefixes);
    expect([...made.rawBytes()]).toEqual([8, 10, 20, 192, 168, 240, 0]);
    expect([...made]).toEqual(prefixes);
    const named = prefixes.map((prefix, index) => ({ ...prefix, pathId: index + 1 }));
    expect([...NlriView.from(Family.Ipv4Unicast, new Set(named), true)]).toEqual(named);
    expect(NlriView.from(Family.Ipv4Unicast, []).isEmpty).toBe(true);
  });

  it("refuses prefixes that cannot be sent, and families it cannot write", () => {
    const failure = (make: () => NlriView): string => {
      try {
        return `made of ${make().count}`;
      } catch (error) {
        if (error instanceof BgpEncodeError) return `${error.code} ${error.field}`;
        throw error;
      }
    };
    const prefix = parsePrefix("192.0.2.0/24")!;
    const { Ipv4Unicast, Ipv4LabelledUnicast } = Family;
    expect(failure(() => NlriView.from(Family.Ipv6Unicast, [prefix]))).toBe("value-range nlri.family");
    expect(failure(() => NlriView.from(Ipv4Unicast, [{ ...prefix, lengthBits: 25 }]))).toBe("value-length nlri.bytes");
    expect(failure(() => NlriView.from(Ipv4Unicast, [prefix], true))).toBe("value-range nlri.pathId");
    expect(failure(() => NlriView.from(familyOf(25, 70), []))).toBe("unsupported-family family");
    const unlabelled = { ...prefix, family: Ipv4LabelledUnicast };
    expect(failure(() => NlriView.from(Ipv4LabelledUnicast, [unlabelled]))).toBe("missing-field nlri.labels");
    expect(failure(() => NlriView.from(Ipv4LabelledUnicast, [unlabelled], false, true))).toBe("made of 1");
  });

  it("of a family without a spec holds nothing to visit", () => {
    const opaque = new NlriView(familyOf(25, 70), false, field, 0, field.length);
    expect([opaque.opaque, opaque.count, opaque.materialise(), [...opaque.texts()]]).toEqual([true, 0, [], []]);
  });
});
