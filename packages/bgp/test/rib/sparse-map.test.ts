import fc from "fast-check";
import { expect, test } from "vitest";
import { SparseMap } from "../../src/rib/sparse-map.ts";

test("says what a Map says, however it is filled and emptied", () => {
  const key = fc.integer({ min: 0, max: 3 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), key, value: fc.integer() }),
    fc.record({ kind: fc.constant("delete" as const), key, value: fc.constant(0) }),
    fc.record({ kind: fc.constant("clear" as const), key, value: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const sparse = new SparseMap<number, number>();
      const map = new Map<number, number>();
      for (const { kind, key: at, value } of steps) {
        if (kind === "set") {
          sparse.set(at, value);
          map.set(at, value);
        } else if (kind === "delete") {
          sparse.delete(at);
          map.delete(at);
        } else {
          sparse.clear();
          map.clear();
        }
        expect(sparse.size).toBe(map.size);
        expect([...sparse.entries()]).toEqual([...map]);
        expect([...sparse.keys()]).toEqual([...map.keys()]);
        expect([...sparse.values()]).toEqual([...map.values()]);
        expect(sparse.get(at)).toBe(map.get(at));
      }
    }),
  );
});
