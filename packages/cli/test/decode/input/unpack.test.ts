import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Packing } from "../../../src/decode/input/detect.ts";
import { unpack } from "../../../src/decode/input/unpack.ts";
import { octets } from "../support/build.ts";
import { fixture } from "../support/fixture.ts";

interface Unpacked {
  readonly text: string;
  readonly length: number;
  readonly failure: string | null;
}

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");

/** Twice: the octets of the first round's garbage are given back on another thread, which the second round waits for. */
function collectGarbage(): void {
  gc();
  gc();
}

async function* inChunks(input: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += size) yield input.slice(at, at + size);
}

async function run(input: Uint8Array, packing: Packing, size = 1000): Promise<Unpacked> {
  const parts: Uint8Array[] = [];
  let failure: string | null = null;
  try {
    for await (const part of unpack(inChunks(input, size), packing)) parts.push(part);
  } catch (error) {
    failure = (error as Error).message;
  }
  const all = octets(...parts);
  return { text: new TextDecoder().decode(all), length: all.length, failure };
}

const lines = "ffffffffffffffffffffffffffffffff001304\n".repeat(5000);

describe("gzip", () => {
  const packed = new Uint8Array(gzipSync(lines));

  test.each([1, 100, 1 << 20])("is unpacked from chunks of %i octets", async (size) => {
    expect(await run(packed, "gzip", size)).toEqual({ text: lines, length: lines.length, failure: null });
  });

  test("may have several members", async () => {
    const two = octets(packed, new Uint8Array(gzipSync("the end")));
    expect(await run(two, "gzip")).toEqual({ text: `${lines}the end`, length: lines.length + 7, failure: null });
  });

  test("that is cut off or broken gives everything before, and says after how much", async () => {
    const cut = await run(packed.subarray(0, -12), "gzip", 50);
    expect(lines.startsWith(cut.text)).toBe(true);
    expect(cut.length).toBeGreaterThan(1000);
    expect(cut.failure).toBe(`The gzip data ends before its end, after ${cut.length} octets were unpacked.`);
    const broken = packed.slice();
    broken[broken.length - 8]! ^= 1;
    const wrongSum = await run(broken, "gzip", 50);
    expect(wrongSum.text).toBe(lines);
    expect(wrongSum.failure).toBe(
      `The gzip data is broken (incorrect data check), after ${lines.length} octets were unpacked.`,
    );
  });

  test("may unpack to a thousand times as much without being held in memory", async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(64 << 20)));
    let most = 0;
    let total = 0;
    let parts = 0;
    collectGarbage();
    const held = process.memoryUsage().arrayBuffers;
    for await (const part of unpack(inChunks(bomb, 1 << 20), "gzip")) {
      total += part.length;
      if (parts++ % 64 > 0) continue;
      // What nobody holds any more does not count.
      collectGarbage();
      most = Math.max(most, process.memoryUsage().arrayBuffers - held);
    }
    expect(total).toBe(64 << 20);
    expect(most).toBeLessThan(8 << 20);
  });
});

describe("bzip2", () => {
  // `seq 1 2000 | bzip2 -1`, made with bzip2 1.0.8.
  const packed = fixture("seq-2000.bz2.hex");
  const text = Array.from({ length: 2000 }, (_, at) => `${at + 1}\n`).join("");

  test.each([1, 100, 1 << 20])("is unpacked from chunks of %i octets", async (size) => {
    expect(await run(packed, "bzip2", size)).toEqual({ text, length: text.length, failure: null });
  });

  test("may have several streams", async () => {
    expect((await run(octets(packed, packed), "bzip2")).text).toBe(text + text);
  });

  test("that is cut off gives the blocks before, and says after how much", async () => {
    const cut = await run(octets(packed, packed.subarray(0, -30)), "bzip2");
    expect(cut.text).toBe(text);
    expect(cut.failure).toBe(
      `The bzip2 data is broken or ends before its end, after ${text.length} octets were unpacked.`,
    );
  });

  test.each(["425a6839", "425a68390000", "425a6830314159265359"])("that holds nothing fails: %s", async (hex) => {
    const { failure } = await run(octets(hex), "bzip2");
    expect(failure).toBe("The bzip2 data is broken or ends before its end, after 0 octets were unpacked.");
  });

  test("with octets changed fails or not, and throws nothing else", async () => {
    for (let at = 0; at < packed.length; at += 37) {
      const changed = packed.slice();
      changed[at]! ^= 0x55;
      const { failure } = await run(changed, "bzip2");
      expect(failure === null || failure.startsWith("The bzip2 data is broken")).toBe(true);
    }
  });
});

test("what fails while it is read fails unpacked as well, after what came before", async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(gzipSync("abc"));
    throw new Error("EIO");
  }
  const parts: string[] = [];
  const reading = (async () => {
    for await (const part of unpack(failing(), "gzip")) parts.push(new TextDecoder().decode(part));
  })();
  await expect(reading).rejects.toThrow("EIO");
  expect(parts).toEqual(["abc"]);
});
