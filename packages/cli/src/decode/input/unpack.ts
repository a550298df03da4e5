import { createGunzip } from "node:zlib";
import unbzip2 from "@openpgp/unbzip2-stream";
import type { Packing } from "./detect.ts";

/** The input cannot be unpacked any further, or cannot be read. What came before was delivered. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Packed octets given to zlib at a time: what they unpack to is held in memory, and may be a thousand times as much. */
const sliceLength = 1 << 14;
/** Unpacked octets that zlib gives at a time: as many are lost, at most, where the data is broken. */
const unpackedLength = 1 << 12;
/** The last octets go in one by one, so that a wrong checksum, which stands there, loses nothing. */
const tailLength = 8;

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
  const stream = createGunzip({ chunkSize: unpackedLength });
  const unpacked: Uint8Array[] = [];
  let total = 0;
  let failure: string | null = null;
  let wake = (): void => {};
  stream.on("data", (part: Uint8Array) => {
    total += part.length;
    unpacked.push(part);
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
  try {
    for await (const slice of slices(chunks)) {
      await step((done) => stream.write(slice, done));
      if (unpacked.length > 0) yield join(unpacked.splice(0));
      if (failure !== null) break;
    }
    if (failure === null) await step((done) => stream.once("end", done).end());
    if (unpacked.length > 0) yield join(unpacked.splice(0));
  } finally {
    stream.destroy();
  }
  if (failure !== null) throw new InputError(`The gzip data ${failure}, after ${total} octets were unpacked.`);
}

/** The same octets in pieces of {@link sliceLength} at most, the last ones single. */
async function* slices(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let tail = new Uint8Array(0);
  for await (const chunk of chunks) {
    const octets = tail.length === 0 ? chunk : join([tail, chunk]);
    const end = Math.max(0, octets.length - tailLength);
    for (let at = 0; at < end; at += sliceLength) yield octets.subarray(at, Math.min(end, at + sliceLength));
    tail = octets.slice(end);
  }
  for (let at = 0; at < tail.length; at++) yield tail.subarray(at, at + 1);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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

async function* refuse(sentence: string): AsyncGenerator<Uint8Array> {
  yield* [];
  throw new InputError(sentence);
}
