import { type ServiceNotifier, type ServiceState, serviceNotifier, watchdogMs } from "@vipcast/linux";
import type { Log } from "../output/log.ts";

/** What is said in `systemctl status`, without a period. */
export type StatusText = () => string;

/** While a stop is under way the service manager is asked for so much more time, milliseconds, again and again. */
const extensionMs = 15_000;
/** How often it is asked. */
const extendEveryMs = 5000;
/** How often the status may change, milliseconds. */
const statusEveryMs = 1000;

/**
 * What the daemon tells systemd (sd_notify(3)): that it is ready, reloads, stops, and still lives. Everything but the first message comes from the
 * event loop, so that one which no longer turns falls silent. Where there is no service manager nothing happens.
 */
export class ServiceManager {
  readonly #notifier: ServiceNotifier | null;
  readonly #log: Log;
  readonly #status: StatusText;
  readonly #watchdogMs: number | null;
  #phase: "starting" | "ready" | "stopping" | "closed" = "starting";
  #said = "";
  #watchdog: NodeJS.Timeout | null = null;
  #extension: NodeJS.Timeout | null = null;
  #statusTimer: NodeJS.Timeout | null = null;
  #failed = false;

  constructor(environment: Readonly<Record<string, string | undefined>>, status: StatusText, log: Log) {
    this.#notifier = serviceNotifier(environment);
    this.#watchdogMs = watchdogMs(environment, process.pid);
    this.#status = status;
    this.#log = log;
  }

  /** Everything that was asked for is under way. */
  ready(): void {
    if (this.#notifier === null || this.#phase !== "starting") return;
    this.#phase = "ready";
    this.#said = this.#status();
    this.#send({ READY: 1, STATUS: this.#said });
    if (this.#watchdogMs === null) return;
    this.#send({ WATCHDOG: 1 });
    this.#watchdog = setInterval(() => this.#send({ WATCHDOG: 1 }), this.#watchdogMs / 2);
  }

  /** The files are being read again; `reloaded` must follow. */
  reloading(): void {
    if (this.#phase !== "ready") return;
    this.#send({ RELOADING: 1, MONOTONIC_USEC: String(process.hrtime.bigint() / 1000n) });
  }

  /** A reload is over, whatever came of it. */
  reloaded(): void {
    if (this.#phase !== "ready") return;
    this.#said = this.#status();
    this.#send({ READY: 1, STATUS: this.#said });
  }

  /** Something has changed that the status speaks of. Told at most once a second. */
  changed(): void {
    if (this.#notifier === null || this.#phase !== "ready") return;
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = null;
      const text = this.#status();
      if (text === this.#said || this.#phase !== "ready") return;
      this.#said = text;
      this.#send({ STATUS: text });
    }, statusEveryMs);
  }

  /** A stop has begun: it takes its time, and is asked for in small pieces, so that a process that hangs is not waited for. */
  stopping(status: string): void {
    if (this.#notifier === null || this.#phase === "stopping" || this.#phase === "closed") return;
    this.#phase = "stopping";
    const extend = { EXTEND_TIMEOUT_USEC: extensionMs * 1000 };
    this.#send({ STOPPING: 1, STATUS: status, ...extend });
    this.#extension = setInterval(() => this.#send(extend), extendEveryMs);
  }

  /** Nothing more is said. Idempotent. */
  close(): void {
    this.#phase = "closed";
    for (const timer of [this.#watchdog, this.#extension, this.#statusTimer]) if (timer !== null) clearTimeout(timer);
    this.#notifier?.close();
  }

  #send(state: ServiceState): void {
    const error = this.#notifier?.send(state) ?? null;
    if (error !== null && !this.#failed)
      this.#log.warn({ err: error }, `systemd is not told our state: ${error.message}`);
    this.#failed = error !== null;
  }
}
