import { describe, expect, it } from "vitest";
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

  it("of a family without a spec holds nothing to visit", () => {
    const opaque = new NlriView(familyOf(25, 70), false, field, 0, field.length);
    expect([opaque.opaque, opaque.count, opaque.materialise(), [...opaque.texts()]]).toEqual([true, 0, [], []]);
  });
});
