import type { Entry } from "./adj-rib-out-entry.ts";

/** What a path of the Adj-RIB-Out waits for. */
export const Waits = { Nothing: 0, Announcement: 1, Withdrawal: 2 } as const;
export type Waits = (typeof Waits)[keyof typeof Waits];

/** Entries of a list that nobody waits for any more may be so many before they are taken out. */
const mostLeftOver = 1024;

/** The paths that wait for one of the two, in the order in which they began to. */
class Line<A> {
  readonly #kind: Waits;
  #entries: Entry<A>[] = [];
  #next = 0;
  size = 0;

  constructor(kind: Waits) {
    this.#kind = kind;
  }

  add(entry: Entry<A>): void {
    entry.waits = this.#kind;
    this.size++;
    if ((entry.lines & this.#kind) !== 0) return;
    entry.lines |= this.#kind;
    this.#entries.push(entry);
  }

  /** It is passed over when its turn comes. */
  leave(entry: Entry<A>): void {
    entry.waits = Waits.Nothing;
    this.size--;
    if (this.#entries.length - this.#next > 2 * this.size + mostLeftOver) this.#tidy();
  }

  take(): Entry<A> | null {
    while (this.#next < this.#entries.length) {
      const entry = this.#entries[this.#next++]!;
      entry.lines &= ~this.#kind;
      if (entry.waits !== this.#kind) continue;
      entry.waits = Waits.Nothing;
      this.size--;
      return entry;
    }
    this.#entries = [];
    this.#next = 0;
    return null;
  }

  clear(): void {
    while (this.take() !== null);
  }

  #tidy(): void {
    const waiting: Entry<A>[] = [];
    for (let index = this.#next; index < this.#entries.length; index++) {
      const entry = this.#entries[index]!;
      if (entry.waits === this.#kind) waiting.push(entry);
      else entry.lines &= ~this.#kind;
    }
    this.#entries = waiting;
    this.#next = 0;
  }
}

/**
 * Which paths wait to be announced or withdrawn: two lists, and in each path what it waits for. A hundred thousand come and go at the
 * beginning of a session, for which sets would have to be filled and emptied again.
 */
export class WaitingPaths<A> {
  readonly #announcements = new Line<A>(Waits.Announcement);
  readonly #withdrawals = new Line<A>(Waits.Withdrawal);

  get size(): number {
    return this.#announcements.size + this.#withdrawals.size;
  }

  get withdrawals(): number {
    return this.#withdrawals.size;
  }

  /** What it waited for before counts no longer. */
  set(entry: Entry<A>, waits: Waits): void {
    if (entry.waits === waits) return;
    if (entry.waits === Waits.Announcement) this.#announcements.leave(entry);
    else if (entry.waits === Waits.Withdrawal) this.#withdrawals.leave(entry);
    if (waits === Waits.Announcement) this.#announcements.add(entry);
    else if (waits === Waits.Withdrawal) this.#withdrawals.add(entry);
  }

  /** The one that has waited longest, which waits no longer; null when there is none. */
  takeAnnouncement(): Entry<A> | null {
    return this.#announcements.take();
  }

  takeWithdrawal(): Entry<A> | null {
    return this.#withdrawals.take();
  }

  clear(): void {
    this.#announcements.clear();
    this.#withdrawals.clear();
  }
}
