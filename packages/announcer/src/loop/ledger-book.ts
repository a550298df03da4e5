import { ledgerKey } from "../host/host-index.ts";
import type { LedgerView } from "../plan/view.ts";
import type { Clock, LedgerEntry, LedgerPort, LedgerResult } from "../ports.ts";
import { resultOf } from "./port-error.ts";

/** A write costs what the whole ledger costs; after one of the sort that nobody waits for, so many times its duration are left to everything else. */
const REST_TIMES = 9;
const MAX_REST_MS = 1000;

/** What the ledger is to say of one entry, and who waits for that. */
interface Wish {
  readonly entry: LedgerEntry;
  recorded: boolean;
  readonly waiting: ((result: LedgerResult) => void)[];
}

/**
 * The ledger in memory. Changes asked for in one turn, or while a write is under way, become one write; of several wishes for one entry the
 * last one counts.
 */
export class LedgerBook implements LedgerView {
  readonly #port: LedgerPort;
  readonly #clock: Clock;
  /** Durable. */
  readonly #entries = new Map<string, LedgerEntry>();
  /** Interfaces per prefix, as they will be when everything asked for is written. */
  readonly #expected = new Map<string, Set<string>>();
  /** Asked for since the last write began. */
  #wishes = new Map<string, Wish>();
  #tail: Promise<unknown> = Promise.resolve();
  #loaded = false;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  /** Somebody waits for what is to be written. */
  #awaited = false;
  #endRest: (() => void) | null = null;

  constructor(port: LedgerPort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  /** What is durable and not about to be forgotten. */
  get entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()].filter(
      ({ prefix, interface: name }) => this.#expected.get(prefix)?.has(name) === true,
    );
  }

  /** The ledger has been read once. */
  get loaded(): boolean {
    return this.#loaded;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  interfacesOf(prefix: string): readonly string[] {
    return [...(this.#expected.get(prefix) ?? [])];
  }

  /** Behind whatever is being written. */
  load(): Promise<LedgerResult> {
    const loaded = this.#tail.then(async (): Promise<LedgerResult> => {
      const result = await resultOf(() => this.#port.load());
      if (!result.ok) return result;
      this.#loaded = true;
      for (const entry of result.entries) {
        this.#entries.set(ledgerKey(entry), entry);
        if (!this.#wishes.has(ledgerKey(entry))) this.#expect(entry, true);
      }
      return { ok: true };
    });
    this.#tail = loaded;
    return loaded;
  }

  /** Resolves when the entry is durable, or cannot be. `awaited`: something depends on it. */
  record(entry: LedgerEntry, awaited: boolean): Promise<LedgerResult> {
    if (awaited) this.#hurry();
    return this.#wish(entry, true);
  }

  /** Resolves when that is durable, or cannot be. `awaited`: something depends on it. */
  forget(entry: LedgerEntry, awaited: boolean): Promise<LedgerResult> {
    if (awaited) this.#hurry();
    return this.#wish(entry, false);
  }

  /** Resolves when everything asked for so far has been written, or could not be. */
  written(): Promise<void> {
    this.#hurry();
    return this.#tail.then(() => {});
  }

  #hurry(): void {
    this.#awaited = true;
    this.#endRest?.();
  }

  #rest(): Promise<void> {
    const leftMs = this.#restUntilMs - this.#clock.now();
    if (this.#awaited || leftMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#endRest = null;
        resolve();
      };
      const cancel = this.#clock.timer(end, leftMs);
      this.#endRest = end;
    });
  }

  #wish(entry: LedgerEntry, recorded: boolean): Promise<LedgerResult> {
    // Behind the write that is under way, which also gives the rest of this turn time to join.
    if (this.#wishes.size === 0) this.#tail = this.#tail.then(() => this.#rest()).then(() => this.#write());
    this.#expect(entry, recorded);
    const key = ledgerKey(entry);
    let wish = this.#wishes.get(key);
    if (wish === undefined) {
      wish = { entry, recorded, waiting: [] };
      this.#wishes.set(key, wish);
    }
    wish.recorded = recorded;
    const { waiting } = wish;
    return new Promise((resolve) => waiting.push(resolve));
  }

  async #write(): Promise<void> {
    const wishes = [...this.#wishes.values()];
    this.#wishes = new Map();
    this.#awaited = false;
    const beganMs = this.#clock.now();
    for (const recorded of [true, false]) {
      const some = wishes.filter((wish) => wish.recorded === recorded);
      if (some.length === 0) continue;
      const result = await resultOf(() => this.#port[recorded ? "record" : "forget"](some.map(({ entry }) => entry)));
      for (const { entry, waiting } of some) {
        this.#done(entry, recorded, result);
        for (const resolve of waiting) resolve(result);
      }
    }
    const nowMs = this.#clock.now();
    this.#restUntilMs = nowMs + Math.min(MAX_REST_MS, REST_TIMES * (nowMs - beganMs));
  }

  #done(entry: LedgerEntry, recorded: boolean, result: LedgerResult): void {
    const key = ledgerKey(entry);
    if (result.ok && recorded) this.#entries.set(key, entry);
    else if (result.ok) this.#entries.delete(key);
    // What has been asked for since is expected all the same.
    else if (!this.#wishes.has(key)) this.#expect(entry, this.#entries.has(key));
  }

  #expect({ prefix, interface: name }: LedgerEntry, recorded: boolean): void {
    const names = this.#expected.get(prefix);
    if (!recorded) {
      names?.delete(name);
      if (names?.size === 0) this.#expected.delete(prefix);
    } else if (names === undefined) this.#expected.set(prefix, new Set([name]));
    else names.add(name);
  }
}
