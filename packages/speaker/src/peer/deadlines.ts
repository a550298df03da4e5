import type { Clock } from "../options.ts";

/** Up to here every deadline is kept exactly. */
const fewWaiting = 64;

/** Deadlines that are at least so many times their own slack away may come late by it. */
const slackShare = 64;

/** A power of two, in milliseconds: what no deadline is late by, however far away it was. */
const mostSlackMs = 64;

/** How long deadlines that are due together may keep everything else waiting. */
const turnMs = 10;

/** One that waits in {@link Deadlines}. */
export interface Waiting {
  /** It is time; true when it is to be called back, by `turned`, after a turn of the event loop. */
  fired(now: number): boolean;
  turned(): void;
}

/**
 * All deadlines of a speaker, with one timer of the clock for the next of them. Thousands of sessions would each wake the process several
 * times in a hold time; so where there are many, a deadline that is far away may be a little late, by a 64th of the wait and 64 ms at most,
 * and those of about the same time come together.
 */
export class Deadlines {
  readonly clock: Clock;
  readonly #waiting = new Map<number, Set<Waiting>>();
  /** A binary heap of their times, with those that nobody waits for any more. */
  readonly #times: number[] = [];
  #size = 0;
  #armedFor = Number.POSITIVE_INFINITY;
  #stop: (() => void) | null = null;
  readonly #turned: Set<Waiting> = new Set();
  /** Those for whom the turn has not begun yet. */
  readonly #later: Set<Waiting> = new Set();
  #turn: NodeJS.Immediate | null = null;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** `deadline` or a little later; what `remove` needs to know. */
  add(one: Waiting, deadline: number): number {
    const atMs = this.#size < fewWaiting ? deadline : withSlack(deadline, deadline - this.clock.now());
    this.#size++;
    const together = this.#waiting.get(atMs);
    if (together !== undefined) {
      together.add(one);
      return atMs;
    }
    this.#waiting.set(atMs, new Set([one]));
    push(this.#times, atMs);
    if (atMs < this.#armedFor) this.#arm(atMs);
    return atMs;
  }

  remove(one: Waiting, atMs: number): void {
    const together = this.#waiting.get(atMs);
    if (together === undefined || !together.delete(one)) return;
    this.#size--;
    if (together.size > 0) return;
    this.#waiting.delete(atMs);
    if (this.#size > 0) return;
    this.#times.length = 0;
    this.#disarm();
  }

  /** `turned` is not wanted any more. */
  forget(one: Waiting): void {
    this.#turned.delete(one);
    this.#later.delete(one);
    if (this.#turned.size + this.#later.size > 0 || this.#turn === null) return;
    clearImmediate(this.#turn);
    this.#turn = null;
  }

  /** Calls its `turned` after a whole turn of the event loop. */
  turnFor(one: Waiting): void {
    this.#later.add(one);
    this.#turn ??= setImmediate(() => this.#onTurn());
  }

  #arm(atMs: number): void {
    this.#disarm();
    this.#armedFor = atMs;
    this.#stop = this.clock.timer(() => this.#onTimer(), atMs - this.clock.now());
  }

  #disarm(): void {
    this.#stop?.();
    this.#stop = null;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #onTimer(): void {
    this.#stop = null;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.clock.now();
    for (let next = this.#times[0]; next !== undefined && next <= now; next = this.#times[0]) {
      pop(this.#times);
      const together = this.#waiting.get(next);
      if (together === undefined) continue;
      this.#waiting.delete(next);
      this.#size -= together.size;
      for (const one of together) if (one.fired(now)) this.#turned.add(one);
    }
    const next = this.#times[0];
    if (next !== undefined && next < this.#armedFor) this.#arm(next);
    if (this.#turned.size > 0) this.#turn ??= setImmediate(() => this.#onTurn());
  }

  #onTurn(): void {
    this.#turn = null;
    const beganAt = this.clock.now();
    for (const one of this.#turned) {
      this.#turned.delete(one);
      one.turned();
      if (this.clock.now() - beganAt >= turnMs) break;
    }
    for (const one of this.#later) this.#turned.add(one);
    this.#later.clear();
    if (this.#turned.size > 0) this.#turn ??= setImmediate(() => this.#onTurn());
  }
}

function withSlack(deadline: number, waitMs: number): number {
  let slackMs = mostSlackMs;
  while (slackMs > 1 && slackMs * slackShare > waitMs) slackMs /= 2;
  return slackMs === 1 ? deadline : Math.ceil(deadline / slackMs) * slackMs;
}

function push(heap: number[], value: number): void {
  let at = heap.length;
  for (let parent = (at - 1) >> 1; at > 0 && heap[parent]! > value; parent = (at - 1) >> 1) {
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

/** Takes the lowest away. */
function pop(heap: number[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
