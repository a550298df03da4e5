import type { Writable } from "node:stream";

const batchLength = 1 << 16;

/** Lines to a stream, in batches, never faster than it takes them. A reader that goes away (`| head`) is no error: `closed` says so. */
export class LineWriter {
  /** Nobody reads any more, or writing failed; what is written then is dropped. */
  closed = false;
  /** Why writing failed, when it was not that the reader went away. */
  failure: NodeJS.ErrnoException | null = null;
  readonly #stream: Writable;
  #batch = "";

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      this.closed = true;
      if (error.code !== "EPIPE") this.failure ??= error;
    });
  }

  write(line: string): void {
    if (!this.closed) this.#batch += `${line}\n`;
  }

  /** Nothing waits to be handed on. */
  get empty(): boolean {
    return this.#batch === "";
  }

  /** There is enough for {@link flush} to be worth while. */
  get full(): boolean {
    return this.#batch.length >= batchLength;
  }

  /** Hands on what was written; resolves when the stream took it, or is closed. */
  flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = "";
    if (batch === "" || this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.write(batch, () => resolve());
    });
  }
}
