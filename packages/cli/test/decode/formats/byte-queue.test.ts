import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteQueue } from "../../../src/decode/formats/byte-queue.ts";

test("uses a chunk that meets an empty queue in place", () => {
  const queue = new ByteQueue();
  const chunk = Uint8Array.of(1, 2, 3);
  queue.push(chunk);
  expect(queue.bytes).toBe(chunk);
});

test("gives back what was pushed, in order, whatever was taken in between", () => {
  const step = fc.record({ chunk: fc.uint8Array({ maxLength: 40 }), take: fc.integer({ min: 0, max: 60 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const queue = new ByteQueue();
      const pushed: number[] = [];
      const taken: number[] = [];
      for (const { chunk, take } of steps) {
        queue.push(chunk);
        pushed.push(...chunk);
        const count = Math.min(take, queue.length);
        taken.push(...queue.bytes.subarray(queue.start, queue.start + count));
        queue.skip(count);
        expect(queue.offset).toBe(taken.length);
        expect(queue.length).toBe(pushed.length - taken.length);
      }
      expect(taken).toEqual(pushed.slice(0, taken.length));
    }),
  );
});

test("keeps its buffer as small as a few times what is in it", () => {
  const queue = new ByteQueue();
  queue.push(new Uint8Array(100));
  for (let i = 0; i < 10_000; i++) {
    queue.push(new Uint8Array(64));
    queue.skip(64);
  }
  expect(queue.length).toBe(100);
  expect(queue.bytes.length).toBeLessThan(4096);
});
