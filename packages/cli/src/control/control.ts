import type { ControlSettings } from "../config/settings.ts";
import type { Log } from "../output/log.ts";
import type { Served } from "./serving.ts";
import type { ControlTarget } from "./target.ts";

/** How long after a failure to listen it is tried again. */
const retryMs = 5000;

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
  #retry: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  readonly #failed = new Map<string, string>();

  /** `defaultSocket`: where the socket is when the configuration does not say it; null: nowhere. */
  constructor(target: ControlTarget, defaultSocket: string | null, log: Log) {
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
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
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
    if (this.#failed.size === 0) return;
    this.#retry = setTimeout(() => {
      this.#working = this.#working.then(() => this.#open());
    }, retryMs);
    this.#retry.unref();
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
          `the control API cannot be served: ${message}; it is tried again every ${retryMs / 1000} s`,
        );
      this.#failed.set(name, message);
    }
  }
}
