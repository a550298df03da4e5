import type { FakeDrains } from "../fakes/fake-drains.ts";
import type { VirtualClock } from "../fakes/virtual-clock.ts";
import { PREFIXES } from "./acts.ts";

const NODE = "node";
const KEYS = [...PREFIXES, NODE] as const;

/** What could not be written down is tried again this often, see `Policy.resyncMs`. */
const RETRY_MS = 30_000;

/**
 * What is drained, as whoever asked for it may rely on it. What was said to be kept, or was asked for while the disk was in order, holds over any
 * death; of what was asked for in the last moment of a process, the disk has the word.
 */
export class DrainTruth {
  readonly #disk: FakeDrains;
  readonly #clock: VirtualClock;
  #drained = new Set<string>();
  #fromBefore = new Set<string>();
  /** When each was last asked for, in this life of the process, and whether the disk was in order then. */
  readonly #asked = new Map<string, { readonly atMs: number; readonly inOrder: boolean }>();
  readonly #acknowledged = new Set<string>();
  /** This process could read what an earlier one has written. */
  #loaded = true;
  #inOrderFromMs = 0;
  #beganAtMs = Number.POSITIVE_INFINITY;
  #brokenAtMs = Number.NEGATIVE_INFINITY;
  #closedAtMs = Number.POSITIVE_INFINITY;

  constructor(disk: FakeDrains, clock: VirtualClock) {
    this.#disk = disk;
    this.#clock = clock;
  }

  has(prefix: string): boolean {
    return this.#drained.has(NODE) || this.#drained.has(prefix);
  }

  /** It was drained when this process began, and has been ever since. */
  fromBefore(prefix: string): boolean {
    return this.#fromBefore.has(NODE) || this.#fromBefore.has(prefix);
  }

  /** The process is dead. */
  died(): void {
    this.#drained = new Set(
      KEYS.filter((key) => (this.#isCertain(key) ? this.#drained.has(key) : this.#isOnDisk(key))),
    );
  }

  /** The next one begins. */
  begin(): void {
    this.#loaded = this.#disk.broken === null;
    this.#beganAtMs = this.#clock.now();
    if (!this.#loaded) this.#drained.clear();
    this.#fromBefore = new Set(this.#drained);
    this.#asked.clear();
    this.#closedAtMs = Number.POSITIVE_INFINITY;
    this.#acknowledged.clear();
  }

  /** Of one VIP; null: of everything. What `drain` returns resolves when the process says that it is out of service and kept. */
  drain(prefix: string | null, drain: () => Promise<void>, onKept: () => void): void {
    const key = prefix ?? NODE;
    this.#ask(key, true);
    const asked = this.#asked.get(key);
    // The process may die in this very call.
    drain().then(
      () => {
        if (this.#asked.get(key) !== asked) return;
        this.#acknowledged.add(key);
        onKept();
      },
      () => {},
    );
  }

  /** Likewise. */
  undrain(prefix: string | null): void {
    if (prefix === null) for (const key of KEYS) this.#ask(key, false);
    else if (!this.#drained.has(NODE) && this.#drained.has(prefix)) this.#ask(prefix, false);
  }

  /** The disk ceases to work, or works again. */
  break(broken: boolean): void {
    if (broken === (this.#disk.broken !== null)) return;
    this.#disk.broken = broken ? { code: "EROFS", message: "/var/lib/vipcast is read-only" } : null;
    const now = this.#clock.now();
    this.#inOrderFromMs = broken ? Number.POSITIVE_INFINITY : now;
    if (broken) this.#brokenAtMs = now;
  }

  /** The process was told to stop: what could not be written by now is not tried again. */
  closing(): void {
    this.#closedAtMs = this.#clock.now();
  }

  /** What the disk says and should not, once everything had time. */
  differences(): string[] {
    return KEYS.filter((key) => this.#isCertain(key) && this.#isOnDisk(key) !== this.#drained.has(key)).map(
      (key) => `the drain of ${key} is ${this.#isOnDisk(key) ? "" : "not "}on disk`,
    );
  }

  #ask(key: string, drained: boolean): void {
    if (drained) this.#drained.add(key);
    else this.#drained.delete(key);
    if (!drained) this.#fromBefore.delete(key);
    this.#acknowledged.delete(key);
    this.#asked.set(key, { atMs: this.#clock.now(), inOrder: this.#disk.broken === null });
  }

  #isCertain(key: string): boolean {
    if (this.#acknowledged.has(key)) return true;
    const asked = this.#asked.get(key);
    if (asked === undefined) return this.#loaded;
    const now = this.#clock.now();
    // What a process is asked in the very moment in which it is killed, no process writes down, in however good order its disk is.
    if (now > asked.atMs && Math.min(now, this.#closedAtMs) - this.#inOrderFromMs > RETRY_MS * 1.1) return true;
    // Before the first look at the disk nothing is written.
    return asked.inOrder && asked.atMs > this.#beganAtMs && asked.atMs !== this.#brokenAtMs && now > asked.atMs;
  }

  #isOnDisk(key: string): boolean {
    const { node, vips } = this.#disk.state;
    return key === NODE ? node : vips.includes(key);
  }
}
