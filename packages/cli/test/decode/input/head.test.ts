import { expect, test } from "vitest";
import { readHead } from "../../../src/decode/input/head.ts";

async function* chunks(log: number[], ...lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const length of lengths) {
    log.push(length);
    yield new Uint8Array(length).fill(length);
  }
}

async function lengths(stream: AsyncIterable<Uint8Array>): Promise<number[]> {
  const found: number[] = [];
  for await (const { length } of stream) found.push(length);
  return found;
}

test("reads no more than is enough, and gives the whole stream afterwards", async () => {
  const log: number[] = [];
  const { head, chunks: all } = await readHead(chunks(log, 2, 3, 4), (octets) => octets.length >= 4);
  expect([...head]).toEqual([2, 2, 3, 3, 3]);
  expect(log).toEqual([2, 3]);
  expect(await lengths(all)).toEqual([5, 4]);
});

test("takes a stream that is over before it is enough", async () => {
  const { head, chunks: all } = await readHead(chunks([], 2), () => false);
  expect(head.length).toBe(2);
  expect(await lengths(all)).toEqual([2]);
  expect(await lengths((await readHead(chunks([]), () => false)).chunks)).toEqual([]);
});

test("fails where the stream fails, after what came before", async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(3);
    throw new Error("EIO");
  }
  const { head, chunks: all } = await readHead(failing(), () => false);
  expect(head.length).toBe(3);
  const seen: number[] = [];
  await expect(
    (async () => {
      for await (const { length } of all) seen.push(length);
    })(),
  ).rejects.toThrow("EIO");
  expect(seen).toEqual([3]);
});
