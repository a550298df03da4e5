/** Octets of one piece of memory; a run never spans two. */
const pieceLength = 65_536;
/** A longer run has a piece of its own, which goes with it. */
const longRun = 4096;
/** Lengths are rounded up to this, so that what was given back fits what comes next. */
const grain = 8;

/**
 * Memory for many short runs of octets that come and go: a run is a number, and costs no object. What is given back is used again for
 * a run of about the same length; when that leaves much unused, see {@link wasted}, the owner copies what it still has to a new arena.
 */
export class OctetArena {
  readonly #pieces: (Uint8Array | null)[] = [];
  /** Indices of pieces that are gone. */
  readonly #gone: number[] = [];
  /** By rounded length in grains: what was given back. */
  readonly #free: number[][] = [];
  #freeOctets = 0;
  #usedOctets = 0;
  /** Where short runs are put, and where the unused rest of it begins. */
  #current = -1;
  #next = pieceLength;

  /** More is free than used, and that is not little. */
  get wasted(): boolean {
    return this.#freeOctets > 1_048_576 && this.#freeOctets > this.#usedOctets;
  }

  /** Copies `source[start, end)`; the run it is in now. */
  store(source: Uint8Array, start: number, end: number): number {
    const run = this.#allocate(end - start);
    const piece = this.piece(run);
    const at = this.offset(run);
    for (let index = start; index < end; index++) piece[at + index - start] = source[index]!;
    return run;
  }

  /** The memory a run is in: it begins there at {@link offset}. */
  piece(run: number): Uint8Array {
    return this.#pieces[Math.floor(run / pieceLength)]!;
  }

  offset(run: number): number {
    return run % pieceLength;
  }

  /** Gives a run of `length` octets back. */
  free(run: number, length: number): void {
    const octets = rounded(length);
    this.#usedOctets -= octets;
    if (octets > longRun) {
      const piece = Math.floor(run / pieceLength);
      this.#pieces[piece] = null;
      this.#gone.push(piece);
      return;
    }
    this.#freeOctets += octets;
    const runs = this.#free[octets / grain];
    if (runs === undefined) this.#free[octets / grain] = [run];
    else runs.push(run);
  }

  #allocate(length: number): number {
    const octets = rounded(length);
    this.#usedOctets += octets;
    if (octets > longRun) return this.#addPiece(octets) * pieceLength;
    const known = this.#free[octets / grain]?.pop();
    if (known !== undefined) {
      this.#freeOctets -= octets;
      return known;
    }
    if (this.#next + octets > pieceLength) {
      this.#current = this.#addPiece(pieceLength);
      this.#next = 0;
    }
    const run = this.#current * pieceLength + this.#next;
    this.#next += octets;
    return run;
  }

  #addPiece(length: number): number {
    const piece = this.#gone.pop() ?? this.#pieces.length;
    this.#pieces[piece] = new Uint8Array(length);
    return piece;
  }
}

function rounded(length: number): number {
  return Math.max(grain, Math.ceil(length / grain) * grain);
}
