const headerLength = 19;
const update = 2;
const routeRefresh = 5;
/** Where an open gate puts parts: it makes none. */
const none: Uint8Array[] = [];

/**
 * Stands between a socket and the session so that a consumer can pause without losing the session: while closed it
 * keeps UPDATE and ROUTE-REFRESH messages back and lets all others through, KEEPALIVEs above all. It knows message
 * borders at all times (RFC 4271 §4.1), because a gate can close in the middle of a message, whose rest must then pass.
 */
export class FrameGate {
  /** A header that came in pieces; null as long as none did. */
  #header: Uint8Array | null = null;
  #headerFill = 0;
  /** How much of the header in `#header` has been let through. */
  #headerPassed = 0;
  /** Octets left of the message whose header is known. */
  #remaining = 0;
  #holding = false;
  #closed = false;
  /** A length that cannot be: no borders any more, the session will find the fault. */
  #lost = false;
  #held: Uint8Array[] = [];
  /** How many of them have been taken. */
  #taken = 0;
  #heldOctets = 0;
  /** Octets left of the message that is being taken. */
  #untaken = 0;

  /** Octets kept back. */
  get heldOctets(): number {
    return this.#heldOctets;
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * The oldest of what is kept back, which is kept no longer; null when there is nothing. The gate stays as it is. A message is taken whole
   * before anything else may pass, see {@link inMessage}; of one that has come in part the rest will pass.
   */
  take(): Uint8Array | null {
    const part = this.#held[this.#taken];
    if (part === undefined) return null;
    this.#taken++;
    this.#heldOctets -= part.length;
    // A held message begins with its whole header.
    this.#untaken = this.#untaken > 0 ? this.#untaken - part.length : lengthIn(part) - part.length;
    if (this.#taken === this.#held.length) {
      this.#held = [];
      this.#taken = 0;
      this.#holding = false;
      this.#untaken = 0;
    }
    return part;
  }

  /** What was taken last is not the end of its message, and more of it is kept back. */
  get inMessage(): boolean {
    return this.#untaken > 0;
  }

  /** Opens the gate and returns what is still kept back, in order. */
  open(): readonly Uint8Array[] {
    this.#closed = false;
    this.#holding = false;
    if (this.#headerFill < headerLength && this.#headerPassed < this.#headerFill) {
      this.#hold(this.#begun().slice(this.#headerPassed, this.#headerFill));
      this.#headerPassed = this.#headerFill;
    }
    const held = this.#held.slice(this.#taken);
    this.#held = [];
    this.#taken = 0;
    this.#heldOctets = 0;
    this.#untaken = 0;
    return held;
  }

  /** Takes a chunk from the socket, returns what the session may have now. The parts may be views of the chunk. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    // An open gate only counts along: the chunk goes on in one piece.
    if (!this.#closed) {
      for (let at = 0; at < chunk.length && !this.#lost; )
        at = this.#remaining > 0 ? this.#body(chunk, at, none) : this.#passHeader(chunk, at);
      return [chunk];
    }
    const passed: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length && !this.#lost) {
      at = this.#remaining > 0 ? this.#body(chunk, at, passed) : this.#readHeader(chunk, at, passed);
    }
    if (at < chunk.length) passed.push(chunk.subarray(at));
    return passed;
  }

  #body(chunk: Uint8Array, at: number, passed: Uint8Array[]): number {
    const end = Math.min(chunk.length, at + this.#remaining);
    this.#remaining -= end - at;
    if (this.#closed) {
      if (this.#holding) this.#hold(chunk.slice(at, end));
      else passed.push(chunk.subarray(at, end));
    }
    return end;
  }

  /** A header that lies whole in the chunk need not be put together. */
  #passHeader(chunk: Uint8Array, at: number): number {
    if (this.#headerFill > 0 || chunk.length - at < headerLength) return this.#readHeader(chunk, at, none);
    const length = lengthIn(chunk, at);
    this.#lost = length < headerLength;
    this.#remaining = Math.max(0, length - headerLength);
    this.#holding = false;
    return at + headerLength;
  }

  #readHeader(chunk: Uint8Array, at: number, passed: Uint8Array[]): number {
    const end = Math.min(chunk.length, at + headerLength - this.#headerFill);
    const begun = this.#begun();
    begun.set(chunk.subarray(at, end), this.#headerFill);
    this.#headerFill += end - at;
    if (!this.#closed) this.#headerPassed = this.#headerFill;
    if (this.#headerFill < headerLength) return end;
    const length = lengthIn(begun);
    const type = begun[18];
    this.#lost = length < headerLength;
    this.#remaining = Math.max(0, length - headerLength);
    this.#holding =
      this.#closed && this.#headerPassed === 0 && (type === update || type === routeRefresh) && !this.#lost;
    if (this.#closed) {
      const header = begun.slice(this.#headerPassed);
      if (this.#holding) this.#hold(header);
      else passed.push(header);
    }
    this.#headerFill = 0;
    this.#headerPassed = 0;
    return end;
  }

  #begun(): Uint8Array {
    this.#header ??= new Uint8Array(headerLength);
    return this.#header;
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes);
    this.#heldOctets += bytes.length;
  }
}

/** What the header at `at` says (RFC 4271 §4.1). */
function lengthIn(bytes: Uint8Array, at = 0): number {
  return (bytes[at + 16] ?? 0) * 256 + (bytes[at + 17] ?? 0);
}
