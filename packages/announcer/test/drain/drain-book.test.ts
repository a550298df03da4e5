import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DrainBook } from "../../src/drain/drain-book.ts";
import { FakeDrains } from "../fakes/fake-drains.ts";

const prefix = fc.constantFrom("192.0.2.1/32", "192.0.2.2/32", "2001:db8::1/128");
const change = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), prefix }),
  fc.record({ kind: fc.constant("remove" as const), prefix }),
  fc.record({ kind: fc.constant("node" as const), drained: fc.boolean() }),
);

describe("DrainBook", () => {
  it("has on disk what it says, after any changes, before and after it was read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 12 }),
        fc.nat(12),
        fc.record({ node: fc.boolean(), vips: fc.uniqueArray(prefix) }),
        async (changes, loadAt, before) => {
          const disk = new FakeDrains();
          disk.state = before;
          const book = new DrainBook(disk);
          // What was there, changed in the order of the calls.
          let node = before.node;
          const vips = new Set(before.vips);
          const apply = (one: (typeof changes)[number]): void => {
            if (one.kind === "add") {
              void book.add(one.prefix);
              vips.add(one.prefix);
            } else if (one.kind === "remove") {
              void book.remove(one.prefix);
              vips.delete(one.prefix);
            } else {
              void book.setNode(one.drained);
              node = one.drained;
              if (!one.drained) vips.clear();
            }
          };
          const [early, late] = [changes.slice(0, loadAt), changes.slice(loadAt)];
          early.forEach(apply);
          await book.load();
          late.forEach(apply);
          await book.save();
          expect(book.node).toBe(node);
          expect(disk.state).toEqual({ node, vips: [...vips].sort() });
        },
      ),
    );
  });

  it("writes once for what is asked for in one turn", async () => {
    const disk = new FakeDrains();
    const book = new DrainBook(disk);
    await book.load();
    await Promise.all(Array.from({ length: 100 }, (_, n) => book.add(`192.0.2.${n}/32`)));
    expect(disk.writes).toBe(1);
    expect(disk.state.vips).toHaveLength(100);
  });
});
