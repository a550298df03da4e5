import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Writer } from "../../../src/bytes/writer.ts";
import { BgpEncodeError } from "../../../src/codec/encode-error.ts";
import { ipv4Unicast } from "../../../src/codec/nlri/ipv4-unicast.ts";
import { ipv6Unicast } from "../../../src/codec/nlri/ipv6-unicast.ts";
import type { Prefix } from "../../../src/codec/nlri/prefix.ts";
import { Family } from "../../../src/iana/afi-safi.ts";

const unlimited = 65_535;

/** Prefixes of every length, with octets and irrelevant bits of all kinds. */
function everyLength(family: Family, maxLengthBits: number, pathId: number): Prefix[] {
  return Array.from({ length: maxLengthBits + 1 }, (_, lengthBits) => ({
    family,
    lengthBits,
    bytes: Uint8Array.from({ length: (lengthBits + 7) >> 3 }, (_octet, index) => 255 - 3 * index),
    pathId: pathId === -1 ? -1 : pathId + lengthBits,
  }));
}

const cases = [
  { title: "IPv4", spec: ipv4Unicast, maxLengthBits: 32, addPath: false, pathId: -1 },
  { title: "IPv4 with path identifiers", spec: ipv4Unicast, maxLengthBits: 32, addPath: true, pathId: 0xffff_ff00 },
  { title: "IPv6", spec: ipv6Unicast, maxLengthBits: 128, addPath: false, pathId: -1 },
  { title: "IPv6 with path identifiers", spec: ipv6Unicast, maxLengthBits: 128, addPath: true, pathId: 0 },
];

describe.each(cases)("a run of $title prefixes", ({ spec, maxLengthBits, addPath, pathId }) => {
  const prefixes = everyLength(spec.family, maxLengthBits, pathId);
  const alone = prefixes.map((prefix) => {
    const w = new Writer();
    spec.encode(w, prefix, addPath, false);
    return w.slice();
  });
  const together = (from: number, to: number): number[] => alone.slice(from, to).flatMap((octets) => [...octets]);

  it("has the octets of each of them, behind what was written before", () => {
    const w = new Writer(4);
    w.u8(7);
    expect(spec.encodeRun(w, prefixes, 3, addPath, false, unlimited)).toBe(prefixes.length);
    expect([...w.slice()]).toEqual([7, ...together(3, prefixes.length)]);
  });

  it("ends with the last one that fits, wherever the limit is", () => {
    const all = Uint8Array.from(together(0, prefixes.length));
    const w = new Writer(4);
    let fits = 0;
    let octets = 0;
    for (let limit = 0; limit <= all.length; limit++) {
      if (fits < alone.length && octets + alone[fits]!.length <= limit) octets += alone[fits++]!.length;
      w.reset();
      const left = spec.encodeRun(w, prefixes, 0, addPath, false, limit);
      if (left !== fits || Buffer.compare(w.slice(), all.subarray(0, octets)) !== 0)
        expect.fail(
          `with a limit of ${limit} ${left} were written into ${w.length} octets, not ${fits} into ${octets}`,
        );
    }
    expect(fits).toBe(prefixes.length);
  });
});

describe("one prefix of a run", () => {
  const good: Prefix = { family: Family.Ipv4Unicast, lengthBits: 32, bytes: Uint8Array.of(192, 0, 2, 1), pathId: -1 };
  const run = (change: object, addPath = false): number[] | string => {
    const w = new Writer();
    const others = addPath ? { ...good, pathId: 5 } : good;
    try {
      ipv4Unicast.encodeRun(w, [others, { ...others, ...change }], 1, addPath, false, unlimited);
    } catch (error) {
      if (error instanceof BgpEncodeError) return `${error.code} ${error.field}`;
      throw error;
    }
    return [...w.slice()];
  };

  it("may have octets of another kind of Uint8Array", () => {
    expect(run({ bytes: Buffer.from([192, 0, 2, 9]) })).toEqual([32, 192, 0, 2, 9]);
    expect(run({ bytes: runInNewContext("Uint8Array.of(192, 0, 2, 9)") })).toEqual([32, 192, 0, 2, 9]);
  });

  it.each<[object, string]>([
    [{ family: Family.Ipv6Unicast }, "value-range nlri.family"],
    [{ lengthBits: 33, bytes: new Uint8Array(5) }, "value-range nlri.lengthBits"],
    [{ lengthBits: -1 }, "value-range nlri.lengthBits"],
    [{ lengthBits: 31.5 }, "value-range nlri.lengthBits"],
    [{ lengthBits: Number.NaN }, "value-range nlri.lengthBits"],
    [{ lengthBits: "32" }, "value-range nlri.lengthBits"],
    [{ lengthBits: 2 ** 32 + 32 }, "value-range nlri.lengthBits"],
    [{ lengthBits: 24 }, "value-length nlri.bytes"],
    [{ bytes: [192, 0, 2, 1] }, "value-type nlri.bytes"],
    [{ bytes: Uint16Array.of(192, 0, 2, 1) }, "value-type nlri.bytes"],
    [{ bytes: null }, "value-type nlri.bytes"],
    [{ bytes: undefined }, "value-type nlri.bytes"],
    [{ pathId: 0 }, "value-range nlri.pathId"],
  ])("is refused as it would be alone: %o", (change, error) => {
    expect(run(change)).toBe(error);
    const alone = (): void => ipv4Unicast.encode(new Writer(), { ...good, ...change }, false, false);
    expect(alone).toThrow(expect.objectContaining({ name: "BgpEncodeError" }));
  });

  it.each([-1, 1.5, 2 ** 32, Number.NaN, "5", undefined])(
    "has a path identifier that can be sent: not %o",
    (pathId) => {
      expect(run({ pathId }, true)).toBe("value-range nlri.pathId");
    },
  );
});
