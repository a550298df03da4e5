import {
  beginConfirm,
  type ConfirmInput,
  type ConfirmStart,
  type ConfirmWatch,
  observeConfirm,
} from "../reload/confirm.ts";

/** What a {@link Confirmation} works with. */
export interface ConfirmationParts {
  /** Resolves when the address has answered; rejects when it has not, at the latest on the signal. */
  readonly ping: (address: string, signal: AbortSignal) => Promise<unknown>;
  /** Called once, with the reason as a sentence without a period. */
  readonly rollBack: (reason: string) => void;
}

const pingEveryMs = 1000;
const pingTimeoutMs = 900;

/** Those gateways that answer. */
export async function answering(gateways: readonly string[], ping: ConfirmationParts["ping"]): Promise<string[]> {
  const answers = await Promise.all(gateways.map((gateway) => answersNow(gateway, ping)));
  return gateways.filter((_, index) => answers[index]);
}

function answersNow(gateway: string, ping: ConfirmationParts["ping"]): Promise<boolean> {
  return ping(gateway, AbortSignal.timeout(pingTimeoutMs)).then(
    () => true,
    () => false,
  );
}

/** A reload that is rolled back unless somebody confirms it: looks at sessions, gateways and the clock, and decides with {@link observeConfirm}. */
export class Confirmation {
  readonly #parts: ConfirmationParts;
  readonly #timers: NodeJS.Timeout[] = [];
  /** The time of day when it is rolled back. */
  readonly until: Date;
  #watch: ConfirmWatch;
  #ended = false;

  constructor(start: Omit<ConfirmStart, "deadlineMs">, waitMs: number, parts: ConfirmationParts) {
    this.#parts = parts;
    this.until = new Date(Date.now() + waitMs);
    this.#watch = beginConfirm({ ...start, deadlineMs: performance.now() + waitMs });
    this.#timers.push(setTimeout(() => this.observe({ kind: "time" }), waitMs + 1));
    if (start.gateways.length > 0) this.#timers.push(setInterval(() => void this.#ask(), pingEveryMs));
  }

  /** Milliseconds until it is rolled back. */
  get remainingMs(): number {
    return Math.max(0, Math.round(this.#watch.deadlineMs - performance.now()));
  }

  /** Takes one observation in. */
  observe(input: ConfirmInput): void {
    if (this.#ended) return;
    const { watch, rollBack } = observeConfirm(this.#watch, input, performance.now());
    this.#watch = watch;
    if (rollBack === null) return;
    this.end();
    this.#parts.rollBack(rollBack);
  }

  /** It was confirmed, or does not matter any more. */
  end(): void {
    this.#ended = true;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  async #ask(): Promise<void> {
    const { gateways } = this.#watch;
    const answered = await answering(gateways, this.#parts.ping);
    for (const address of gateways) this.observe({ kind: "gateway", address, answered: answered.includes(address) });
  }
}
