declare global {
  /** One octet for each block of the codec, set when the block runs. Made by the script that starts the fuzzer; elsewhere there are none. */
  var vipcastBlocks: Uint8Array | undefined;
}

/** Which blocks of the codec ever ran. */
export class Blocks {
  readonly #ran: Uint8Array;
  readonly #known: Uint8Array;
  #count = 0;

  constructor() {
    this.#ran = globalThis.vipcastBlocks ?? new Uint8Array(0);
    this.#known = new Uint8Array(this.#ran.length);
  }

  get total(): number {
    return this.#ran.length;
  }

  /** How many ran, as far as {@link reachedNew} was asked. */
  get count(): number {
    return this.#count;
  }

  /** Whether one ran since the last question that never ran before. */
  reachedNew(): boolean {
    const before = this.#count;
    for (let i = 0; i < this.#ran.length; i++) {
      if (this.#ran[i] === this.#known[i]) continue;
      this.#known[i] = 1;
      this.#count++;
    }
    return this.#count !== before;
  }
}
