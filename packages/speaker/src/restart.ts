import { type Family, familyName, type RestartState } from "@vipcast/bgp";
import type { Clock, Logger } from "./options.ts";
import type { PeerSettings } from "./peer/peer-settings.ts";
import type { FamilyName } from "./peer-options.ts";
import type { RestartOptions } from "./restart-options.ts";

/** One speaker's answers to its peers' questions about a restart. */
export class Restart {
  readonly #options: RestartOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #startedAtMs: number;
  #complete = false;

  constructor(options: RestartOptions, clock: Clock, logger: Logger) {
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#startedAtMs = clock.now();
  }

  /** What is to be announced first has been. */
  complete(): void {
    this.#complete = true;
  }

  /** For the OPEN that is about to be sent. */
  stateFor(settings: PeerSettings): RestartState {
    const offer = settings.config.capabilities.gracefulRestart;
    const families = (offer?.families ?? []).map(({ family }) => family);
    const restarted = this.#remainingMs(settings) > 0 && this.#ask(() => this.#options.restarted?.() ?? false);
    return { restarted, forwarding: families.filter((family) => this.#preserved(family)) };
  }

  holdsEndOfRib(settings: PeerSettings): boolean {
    return this.#options.awaitInitialRoutes === true && this.#remainingMs(settings) > 0;
  }

  /** Calls `act` when End-of-RIB is held back no longer for this peer, because of time alone. Returns a function that prevents it. */
  whenOver(settings: PeerSettings, act: () => void): () => void {
    return this.#clock.timer(act, this.#remainingMs(settings));
  }

  /** Of the restart time since this speaker was made; 0 once everything is announced. */
  #remainingMs({ config }: PeerSettings): number {
    if (this.#complete) return 0;
    const seconds = config.capabilities.gracefulRestart?.restartTime ?? 0;
    return Math.max(0, this.#startedAtMs + seconds * 1000 - this.#clock.now());
  }

  #preserved(family: Family): boolean {
    return this.#ask(() => this.#options.forwardingPreserved?.(familyName(family) as FamilyName) ?? false);
  }

  #ask(question: () => boolean): boolean {
    try {
      return question() === true;
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ err: error }, `graceful restart: taken for no, because the question threw: ${words}`);
      return false;
    }
  }
}
