import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, linesOf } from "../../../src/control/client/streams.ts";

async function* pieces(parts: readonly string[]): AsyncGenerator<string> {
  yield* parts;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test("where a text is divided changes none of its lines", async () => {
  const chunks = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n", "") }));
  await fc.assert(
    fc.asyncProperty(chunks, async (parts) => {
      const text = parts.join("");
      const expected = text === "" ? [] : text.replace(/\n$/, "").split("\n");
      expect(await all(linesOf(pieces(parts)))).toEqual(expected);
    }),
  );
});

test("messages of an event stream are their data, comments and other fields left out", async () => {
  const text = ': hello\n\nid: 3\nevent: vip\ndata: {"a":\ndata: 1}\n\nretry: 500\n\ndata:{"b":2}\r\n\r\ndata: {"cut":';
  expect(await all(eventsOf(pieces([text.slice(0, 30), text.slice(30)])))).toEqual([{ a: 1 }, { b: 2 }]);
});
