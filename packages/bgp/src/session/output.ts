const nothing = new Uint8Array(0);
const shortOctets = 64;

/**
 * Octets waiting to be sent. `take` hands the memory over to the caller and begins anew, so what was taken is never
 * written to again.
 */
export class Output {
  #bytes: Uint8Array = nothing;
  #length = 0;

  /** Octets waiting. */
  get length(): number {
    return this.#length;
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start: number, end: number): void {
    let at = this.#length;
    const needed = at + end - start;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(this.#length === 0 ? needed : Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    const bytes = this.#bytes;
    // Most messages are KEEPALIVEs: a loop costs no view.
    if (end - start <= shortOctets) for (let index = start; index < end; index++) bytes[at++] = source[index]!;
    else bytes.set(source.subarray(start, end), at);
    this.#length = needed;
  }

  /** The first `limit` octets (default all), or null when there are none. The rest stays. */
  take(limit: number = this.#length): Uint8Array | null {
    if (limit === 0) return null;
    const taken = limit === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, limit);
    const rest = limit === this.#length ? nothing : this.#bytes.slice(limit, this.#length);
    this.#bytes = rest;
    this.#length = rest.length;
    return taken;
  }

  /** Forgets everything behind the first `length` octets. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }
}
