import type { ControlSettings } from "../config/settings.ts";
import type { Log } from "../output/log.ts";
import type { Served } from "./serving.ts";
import type { ControlTarget } from "./target.ts";

/** When the ways into the API are looked after, milliseconds. */
export interface ControlTimes {
  /** After a failure to listen it is tried again. */
  readonly retryMs: number;
  /** How often it is looked whether the socket is still where it was made: who cleans folders may take it away. */
  readonly lookMs: number;
}

const defaultTimes: ControlTimes = { retryMs: 5000, lookMs: 1000 };

/**
 * The ways into the control API. Nothing of it is loaded before {@link Control.set}. What cannot be listened on is logged once and tried again: the announcement
 * is worth more than its control.
 */
export class Control {
  readonly #target: ControlTarget;
  readonly #defaultSocket: string | null;
  readonly #log: Log;
  #settings: ControlSettings | null = null;
  #handlers: ReturnType<typeof import("./handlers/handlers.ts").createHandlers> | null = null;
  #served = new Map<"unix" | "tcp", Served>();
  readonly #times: ControlTimes;
  #retry: NodeJS.Timeout | null = null;
  #look: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  readonly #failed = new Map<string, string>();

  /** `defaultSocket`: where the socket is when the configuration does not say it; null: nowhere. */
  constructor(target: ControlTarget, defaultSocket: string | null, log: Log, times: Partial<ControlTimes> = {}) {
    this.#times = { ...defaultTimes, ...times };
    this.#target = target;
    this.#defaultSocket = defaultSocket;
    this.#log = log;
  }

  /** From now on listens as these settings say; null: not at all, and connections that are there end. Resolves when that is done or has failed. Never rejects. */
  set(settings: ControlSettings | null): Promise<void> {
    this.#settings = settings;
    this.#failed.clear();
    this.#working = this.#working.then(async () => {
      for (const served of this.#served.values()) served.close(settings === null);
      this.#served.clear();
      await this.#open();
    });
    return this.#working;
  }

  async #open(): Promise<void> {
    for (const timer of [this.#retry, this.#look]) if (timer !== null) clearTimeout(timer);
    this.#retry = null;
    this.#look = null;
    const settings = this.#settings;
    if (settings === null) return;
    const log = this.#log;
    const { handlersOf, serveUnix, serveTcp } = await import("./serving.ts");
    this.#handlers ??= handlersOf(this.#target);
    const handlers = this.#handlers;
    const path = settings.socket ?? this.#defaultSocket;
    await this.#try("unix", () =>
      path === null || settings.socket === "none" ? null : serveUnix(path, settings, handlers, log),
    );
    await this.#try("tcp", () => serveTcp(settings, handlers, log));
    this.#lookAgain();
    if (this.#failed.size === 0) return;
    this.#retry = setTimeout(() => {
      this.#working = this.#working.then(() => this.#open());
    }, this.#times.retryMs);
    this.#retry.unref();
  }

  #lookAgain(): void {
    const unix = this.#served.get("unix");
    if (unix === undefined) return;
    this.#look = setTimeout(() => {
      this.#working = this.#working.then(() => this.#reopenWhenGone(unix));
    }, this.#times.lookMs);
    this.#look.unref();
  }

  /** Nobody finds the way any more, or it leads to somebody else: whoever is connected stays, and another socket is made where the path is free. */
  async #reopenWhenGone(unix: Served): Promise<void> {
    if (this.#served.get("unix") !== unix) return;
    if (await unix.isThere()) return this.#lookAgain();
    this.#log.warn({ listen: unix.where }, `somebody has removed the control socket ${unix.where}; it is made anew`);
    this.#served.delete("unix");
    unix.close(false);
    await this.#open();
  }

  async #try(name: "unix" | "tcp", serve: () => Promise<Served | null> | null): Promise<void> {
    if (this.#served.has(name)) return;
    try {
      const served = await serve();
      this.#failed.delete(name);
      if (served === null) return;
      this.#served.set(name, served);
      this.#log.info({ listen: served.where }, `the control API is served on ${served.where}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.#failed.get(name) !== message)
        this.#log.error(
          {},
          `the control API cannot be served: ${message}; it is tried again every ${this.#times.retryMs / 1000} s`,
        );
      this.#failed.set(name, message);
    }
  }
}
