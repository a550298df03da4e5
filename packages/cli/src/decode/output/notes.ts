/** Notes shown in full before the rest is only counted: a broken file may give one for every record. */
const maxNotes = 20;

/** The sentences about the input, for standard error. Control characters of a file's name are shown as escapes. */
export class Notes {
  /** Part of the input could not be read. */
  failed = false;
  readonly #name: string;
  readonly #write: (text: string) => void;
  #count = 0;

  constructor(name: string, write: (text: string) => void) {
    this.#name = /^[\x20-\x7e]+$/.test(name) ? name : JSON.stringify(name);
    this.#write = write;
  }

  add(sentence: string, fault: boolean): void {
    if (fault) this.failed = true;
    if (++this.#count <= maxNotes) this.#write(`${this.#name}: ${sentence}\n`);
  }

  /** Says how many were not shown. */
  end(): void {
    const more = this.#count - maxNotes;
    if (more > 0) this.#write(`${this.#name}: ${more} more like these.\n`);
  }
}
