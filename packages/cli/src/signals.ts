/** The signals that end a verb in order, and those that `run` takes as requests. */
export type StopSignal = "SIGTERM" | "SIGINT" | "SIGHUP" | "SIGUSR2";

/** Those that end `vipcast announce`. */
export const stopSignals: readonly StopSignal[] = ["SIGTERM", "SIGINT", "SIGHUP"];
/** Those that `vipcast run` acts on: SIGHUP reloads, SIGUSR2 restarts. */
export const daemonSignals: readonly StopSignal[] = [...stopSignals, "SIGUSR2"];

/**
 * Signals, caught from the first moment on: what comes before anybody can act on it is kept, instead of ending the process half way.
 */
export class SignalInbox {
  readonly #kept: StopSignal[] = [];
  #act: ((signal: StopSignal) => void) | null = null;

  /** From now on none of these signals ends the process by itself. */
  constructor(signals: readonly StopSignal[] = stopSignals) {
    for (const signal of signals) process.on(signal, () => this.raise(signal));
  }

  /** As if the signal had been sent: for a request that comes another way. */
  raise(signal: StopSignal): void {
    if (this.#act === null) this.#kept.push(signal);
    else this.#act(signal);
  }

  /** The first signal that nobody has acted on yet, or null. */
  get waiting(): StopSignal | null {
    return this.#kept[0] ?? null;
  }

  /** Hands every signal to `act`, those that were kept at once. */
  deliverTo(act: (signal: StopSignal) => void): void {
    this.#act = act;
    for (const signal of this.#kept.splice(0)) act(signal);
  }
}
