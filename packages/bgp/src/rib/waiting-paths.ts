import type { Entry, Group } from "./adj-rib-out-entry.ts";

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

  /** The next path that waits, and goes on waiting; null when there is none. */
  first(): Entry<A> | null {
    const entries = this.#entries;
    for (; this.#next < entries.length; this.#next++) {
      const entry = entries[this.#next]!;
      if (entry.waits === this.#kind) return entry;
      entry.lines &= ~this.#kind;
    }
    this.fill([]);
    return null;
  }

  take(): Entry<A> | null {
    const entry = this.first();
    if (entry === null) return null;
    this.#next++;
    entry.lines &= ~this.#kind;
    entry.waits = Waits.Nothing;
    this.size--;
    return entry;
  }

  /** The paths that come next, at most `most`, as long as they are of that group; they wait no longer. */
  takeRun(group: Group<A> | null, most: number): Entry<A>[] {
    // All in one loop: at the beginning of a session this is code that has hardly run before.
    const run: Entry<A>[] = [];
    const kind = this.#kind;
    const entries = this.#entries;
    let next = this.#next;
    let taken = 0;
    for (; next < entries.length && taken < most; next++) {
      const entry = entries[next]!;
      if (entry.waits === kind) {
        if (entry.desired !== group) break;
        entry.waits = Waits.Nothing;
        taken++;
        run.push(entry);
      }
      entry.lines &= ~kind;
    }
    this.#next = next;
    this.size -= taken;
    return run;
  }

  /** Whatever stood here: `entries`, which all wait for it. */
  fill(entries: Entry<A>[]): void {
    this.#entries = entries;
    this.#next = 0;
    this.size = entries.length;
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

  /** The one that has waited longest to be announced, and goes on waiting; null when there is none. */
  firstAnnouncement(): Entry<A> | null {
    return this.#announcements.first();
  }

  /** Those that have waited longest to be announced, at most `most`, as long as they are of `group`. They wait no longer. */
  takeAnnouncements(group: Group<A> | null, most: number): readonly Entry<A>[] {
    return this.#announcements.takeRun(group, most);
  }

  /** The one that has waited longest, which waits no longer; null when there is none. */
  takeWithdrawal(): Entry<A> | null {
    return this.#withdrawals.take();
  }

  /**
   * A session begins, in which `entries` wait to be announced, in this order. Each has been {@link rest}ing: nothing is done for one of them
   * here, so that a session's beginning costs no walk over all paths.
   */
  begin(entries: Entry<A>[]): void {
    this.#announcements.fill(entries);
    this.#withdrawals.fill([]);
  }

  /** The session ends: nothing waits, and every path has to {@link rest} now. */
  end(): void {
    this.begin([]);
  }
}

/** While there is no session a path looks as it will at the beginning of the next one, in which all wait to be announced. */
export const resting: { readonly waits: Waits; readonly lines: number } = {
  waits: Waits.Announcement,
  lines: Waits.Announcement,
};

/** Puts a path to rest. Nothing may be set for it before the next session begins. */
export function rest<A>(entry: Entry<A>): void {
  entry.waits = resting.waits;
  entry.lines = resting.lines;
}
