import { createGunzip } from "node:zlib";
import unbzip2 from "@openpgp/unbzip2-stream";
import type { Packing } from "./detect.ts";

/** The input cannot be unpacked any further, or cannot be read. What came before was delivered. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Packed octets given to zlib at a time: what they unpack to is held in memory, and may be a thousand times as much. */
const sliceLength = 1 << 14;

/** The unpacked octets. Throws {@link InputError} after the last one that could be had. */
export function unpack(chunks: AsyncIterable<Uint8Array>, packing: Packing): AsyncIterable<Uint8Array> {
  switch (packing) {
    case "none":
      return chunks;
    case "gzip":
      return gunzip(chunks);
    case "bzip2":
      return bunzip2(chunks);
    case "xz":
      return refuse("This is an xz file, which is not unpacked here: write xz -dc FILE | vipcast decode.");
    case "zstd":
      return refuse("This is a zstd file, which is not unpacked here: write zstd -dc FILE | vipcast decode.");
    default:
      return packing satisfies never;
  }
}

/** One or more gzip members. Driven by hand: iterating over the stream would lose what is buffered when it fails. */
async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGunzip();
  let unpacked: Uint8Array[] = [];
  let total = 0;
  let failure: string | null = null;
  let wake = (): void => {};
  stream.on("data", ({ buffer, byteOffset, byteLength }: Uint8Array) => {
    total += byteLength;
    unpacked.push(new Uint8Array(buffer, byteOffset, byteLength));
  });
  stream.on("error", (error: NodeJS.ErrnoException) => {
    failure = error.code === "Z_BUF_ERROR" ? "ends before its end" : `is broken (${error.message})`;
    wake();
  });
  const step = (act: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      act(() => resolve());
    });
  const taken = (): Uint8Array[] => unpacked.splice(0);
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && failure === null; at += sliceLength) {
        await step((done) => stream.write(chunk.subarray(at, at + sliceLength), done));
        yield* taken();
      }
      if (failure !== null) break;
    }
    if (failure === null) await step((done) => stream.once("end", done).end());
    yield* taken();
  } finally {
    unpacked = [];
    stream.destroy();
  }
  if (failure !== null) throw new InputError(`The gzip data ${failure}, after ${total} octets were unpacked.`);
}

/** One or more bzip2 streams. Block by block: a block unpacks to 900 kB, as a rule. */
async function* bunzip2(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const packed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  const reader = unbzip2(packed).getReader();
  let total = 0;
  for (;;) {
    let block: Uint8Array | undefined;
    try {
      block = (await reader.read()).value;
    } catch (error) {
      if (error instanceof InputError) throw error;
      // A stream that ends early is reported by the unpacker as whatever it stumbled over.
      throw new InputError(`The bzip2 data is broken or ends before its end, after ${total} octets were unpacked.`);
    }
    if (block === undefined) return;
    total += block.length;
    yield block;
  }
}

// biome wants a yield; there is nothing to deliver.
async function* refuse(sentence: string): AsyncGenerator<Uint8Array> {
  yield* [];
  throw new InputError(sentence);
}
