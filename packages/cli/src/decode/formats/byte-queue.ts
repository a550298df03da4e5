const nothing = new Uint8Array(0);

/**
 * Octets that came and were not used yet, in one piece: `bytes[start, end)`. A chunk that meets an empty queue is used in place, else
 * it is appended to a buffer of the queue's own, so that the work is linear whatever the size of the chunks. What is read from
 * `bytes` is valid until the next {@link push}; the chunk is the caller's again after {@link settle}.
 */
export class ByteQueue {
  bytes: Uint8Array = nothing;
  start = 0;
  end = 0;
  /** How many octets were there before `bytes[start]`. */
  offset = 0;
  #owned = false;

  get length(): number {
    return this.end - this.start;
  }

  push(chunk: Uint8Array): void {
    const { length } = this;
    if (length === 0) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
      this.#owned = false;
      return;
    }
    if (!this.#owned || this.end + chunk.length > this.bytes.length) this.#makeRoom(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  skip(count: number): void {
    this.start += count;
    this.offset += count;
    if (this.start !== this.end) return;
    this.bytes = nothing;
    this.start = this.end = 0;
  }

  /** Copies what is left of a chunk that is used in place. */
  settle(): void {
    if (!this.#owned && this.length > 0) this.#makeRoom(0);
  }

  #makeRoom(count: number): void {
    const { length } = this;
    const fits = this.#owned && length + count <= this.bytes.length && this.start >= length;
    const target = fits ? this.bytes : new Uint8Array(Math.max(1024, 2 * (length + count)));
    target.set(this.bytes.subarray(this.start, this.end));
    this.bytes = target;
    this.start = 0;
    this.end = length;
    this.#owned = true;
  }
}
