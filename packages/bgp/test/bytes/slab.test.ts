import fc from "fast-check";
import { expect, it } from "vitest";
import { Slab } from "../../src/bytes/slab.ts";

it("a slab keeps every run as it was, whatever comes after it and whatever becomes of its source", () => {
  const runs = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 100 });
  fc.assert(
    fc.property(runs, fc.nat(9000), (list, large) => {
      const slab = new Slab();
      const kept = [...list, new Uint8Array(large).fill(7), ...list].map((run) => {
        const source = Uint8Array.of(1, ...run, 2);
        const at = slab.copy(source, 1, source.length - 1);
        source.fill(0xee);
        return { run, octets: slab.bytes.subarray(at, at + run.length) };
      });
      for (const { run, octets } of kept) expect(octets).toEqual(run);
    }),
  );
});

it("a run longer than a slab gets memory of its own length", () => {
  const slab = new Slab();
  slab.copy(new Uint8Array(65535), 0, 65535);
  expect(slab.bytes.length).toBe(65535);
});
