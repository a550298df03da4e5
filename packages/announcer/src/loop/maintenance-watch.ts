import type { HealthPort } from "../health/probe.ts";
import { describeError, type LoopContext } from "./context.ts";
import type { VipEntry } from "./vip-entry.ts";

/** How often a maintenance file is looked for, milliseconds; a little earlier at random. */
const LOOK_MS = 1000;

/** Looks for one file, for every VIP that names it. */
class FileWatch {
  readonly listeners: Set<() => void> = new Set();
  readonly #context: LoopContext;
  readonly #port: HealthPort;
  readonly #path: string;
  /** Null before the first answer. */
  present: boolean | null = null;
  #cancel: (() => void) | null = null;
  #stopped = false;
  #failed = false;

  constructor(context: LoopContext, port: HealthPort, path: string) {
    this.#context = context;
    this.#port = port;
    this.#path = path;
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    const { clock, random, logger } = this.#context;
    // A file system that does not answer must not keep a VIP from service for ever.
    if (this.present === null) this.#cancel = clock.timer(() => this.#set(false), LOOK_MS);
    try {
      const present = await this.#port.exists(this.#path);
      this.#failed = false;
      this.#set(present);
    } catch (error) {
      const path = this.#path;
      if (!this.#failed) logger.warn({ path, ...describeError(error) }, `the maintenance file ${path} cannot be seen`);
      this.#failed = true;
      // What cannot be seen has not changed.
      this.#set(this.present ?? false);
    }
    this.#cancel?.();
    if (!this.#stopped) this.#cancel = clock.timer(() => void this.#look(), LOOK_MS * (0.9 + random() / 10));
  }

  #set(present: boolean): void {
    if (this.#stopped || this.present === present) return;
    this.present = present;
    for (const listener of this.listeners) listener();
  }
}

/** Looks for maintenance files and notes in the entries which of them are there. */
export class MaintenanceWatch {
  readonly #context: LoopContext;
  readonly #port: HealthPort | null;
  readonly #files = new Map<string, FileWatch>();

  constructor(context: LoopContext, port: HealthPort | null) {
    this.#context = context;
    this.#port = port;
  }

  /** The entry's VIP was declared or declared anew; `onChange` is called when its maintenance begins or ends. */
  follow(entry: VipEntry, onChange: () => void): void {
    const path = entry.vip.maintenanceFile;
    if (entry.maintenance?.path === path) return;
    // Under maintenance until the first look at the new file says otherwise: a drain must not end for a moment.
    const before = entry.maintenance?.present === true ? true : null;
    entry.maintenance?.stop();
    entry.maintenance = null;
    if (path === null) return;
    if (this.#port === null) {
      this.#context.logger.error({ path }, "a maintenance file cannot be seen: give the announcer ports.health");
      return;
    }
    const file = this.#files.get(path) ?? new FileWatch(this.#context, this.#port, path);
    this.#files.set(path, file);
    file.listeners.add(onChange);
    entry.maintenance = {
      path,
      get present() {
        return file.present ?? before;
      },
      stop: () => {
        file.listeners.delete(onChange);
        if (file.listeners.size > 0) return;
        file.stop();
        if (this.#files.get(path) === file) this.#files.delete(path);
      },
    };
  }
}

/** What a {@link MaintenanceWatch} knows for one VIP. */
export interface Maintenance {
  readonly path: string;
  /** Null before the first look. */
  readonly present: boolean | null;
  stop(): void;
}
