import type { Server } from "node:http";
import type { CheckTook } from "../adapters/timed-checks.ts";
import type { Log } from "../output/log.ts";
import { type ListenSettings, listenText } from "../values/listen.ts";
import type { Exposition } from "./exposition.ts";
import type { Observation } from "./samples.ts";

/** What the listener shows. */
export interface MetricsSource {
  readonly observe: () => Promise<Observation>;
  /** Why the node is not ready; empty when it is. */
  readonly notReady: () => readonly string[];
}

/** How long after a failure to listen it is tried again. */
const retryMs = 5000;

/**
 * The optional listener for Prometheus. Nothing of it is loaded before an address is given, and nothing is collected without one. An address that
 * cannot be listened on is logged once and tried again: the announcement is worth more than its metrics.
 */
export class Metrics {
  readonly #source: MetricsSource;
  readonly #log: Log;
  #listen: ListenSettings | null = null;
  #exposition: Exposition | null = null;
  #server: Server | null = null;
  #retry: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(source: MetricsSource, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  /** From now on listens there and nowhere else; null: not at all. Resolves when that is done or has failed. Never rejects. */
  set(listen: ListenSettings | null): Promise<void> {
    this.#listen = listen;
    this.#failed = false;
    this.#working = this.#working.then(() => this.#apply());
    return this.#working;
  }

  /** For {@link timedChecks}. */
  checkTook(check: CheckTook): void {
    this.#exposition?.checkTook(check);
  }

  async #apply(): Promise<void> {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = null;
    const listen = this.#listen;
    if (listen === null) {
      this.#exposition?.close();
      this.#exposition = null;
      return;
    }
    try {
      const { Exposition, serveMetrics } = await import("./serving.ts");
      const exposition = this.#exposition ?? new Exposition(this.#source.observe);
      this.#exposition = exposition;
      const { contentType } = exposition;
      const { notReady } = this.#source;
      this.#server = await serveMetrics(listen, { contentType, metrics: () => exposition.text(), notReady });
      this.#log.info({ listen: listenText(listen) }, `metrics are served on ${listenText(listen)}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!this.#failed)
        this.#log.error(
          { listen: listenText(listen) },
          `metrics cannot be served: ${message}; it is tried again every ${retryMs / 1000} s`,
        );
      this.#failed = true;
      this.#retry = setTimeout(() => {
        this.#working = this.#working.then(() => this.#apply());
      }, retryMs);
      this.#retry.unref();
    }
  }
}
