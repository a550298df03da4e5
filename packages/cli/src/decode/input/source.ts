import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

/** An input that was opened. */
export interface Source {
  /** For sentences about it. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Octets of a regular file, else null. */
  readonly size: number | null;
}

const chunkLength = 1 << 18;

/** Opens a file, or standard input for null. What is wrong with it comes back as a sentence. */
export async function openSource(file: string | null, stdin: NodeJS.ReadableStream): Promise<Source | string> {
  if (file === null) return { name: "standard input", chunks: plain(stdin as AsyncIterable<Uint8Array>), size: null };
  try {
    const handle = await open(file, "r");
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      await handle.close();
      return "is a folder; name a file in it.";
    }
    const stream = createReadStream("", { fd: handle, highWaterMark: chunkLength });
    return { name: file, chunks: plain(stream), size: stat.isFile() ? stat.size : null };
  } catch (error) {
    return openFailure(error);
  }
}

function openFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  switch (code) {
    case "ENOENT":
      return "there is no such file; write the path of one, or - for standard input.";
    case "EACCES":
      return "may not be read; run as a user who may.";
    default:
      return `cannot be opened: ${code}; write the path of another file, or - for standard input.`;
  }
}

/** Node's Buffers as plain arrays, whose methods mean what the language says. */
async function* plain(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const { buffer, byteOffset, byteLength } of chunks) yield new Uint8Array(buffer, byteOffset, byteLength);
}
