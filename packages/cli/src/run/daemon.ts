import type { Announcement } from "../announce/announcement.ts";
import { WeightWatches, weightGroups } from "../announce/watch-weight.ts";
import { Metrics } from "../metrics/metrics.ts";
import { readiness } from "../metrics/readiness.ts";
import type { Observation } from "../metrics/samples.ts";
import { Tally } from "../metrics/tally.ts";
import type { Log } from "../output/log.ts";
import { applyReload } from "../reload/apply-reload.ts";
import { type Configured, planReload } from "../reload/plan-reload.ts";
import { ServiceManager } from "../service/service-manager.ts";
import { version } from "../version.ts";
import type { LoadedConfig } from "./load.ts";

/** What a daemon is made of. */
export interface DaemonParts {
  readonly announcement: Announcement;
  readonly log: Log;
  /** Reads the configuration files again. */
  readonly load: () => LoadedConfig;
}

/** The configuration that is running, and its changes. */
export class Daemon {
  readonly #parts: DaemonParts;
  #running: Configured;
  readonly #waiting = new Map<string, () => void>();
  #reloading: Promise<void> = Promise.resolve();
  #stale = false;
  #loadedAtMs = Date.now();
  readonly #tally = new Tally();
  readonly #weights: WeightWatches;
  readonly #version = version();
  readonly metrics: Metrics;
  /** The service manager that started us, if any. */
  readonly service: ServiceManager;

  /** `running` is what the announcement was made with. */
  constructor(parts: DaemonParts, running: Configured) {
    this.#parts = parts;
    this.#running = running;
    this.#weights = new WeightWatches(parts.announcement.announcer, parts.log);
    this.metrics = new Metrics({ observe: () => this.#observe(), notReady: () => this.notReady() }, parts.log);
    this.service = new ServiceManager(process.env, () => this.#status(), parts.log);
  }

  /** The files were refused at the last reload, and something older is running. */
  get stale(): boolean {
    return this.#stale;
  }

  /** Why this node does not do its work; empty when it does. */
  notReady(): readonly string[] {
    const { announcement } = this.#parts;
    return readiness({
      observed: announcement.observed,
      stopping: announcement.stopping,
      drained: announcement.announcer.drained,
      peers: announcement.sessions().map(({ snapshot }) => snapshot),
    });
  }

  /** For `systemctl status`. Cheap, whatever the number of VIPs. */
  #status(): string {
    const sessions = this.#parts.announcement.sessions();
    const up = sessions.filter(({ snapshot }) => snapshot.state === "Established").length;
    const announced = Math.max(0, ...sessions.map(({ snapshot }) => snapshot.routes.advertised));
    const stale = this.#stale ? "; the files were refused at the last reload, and something older is running" : "";
    return `${announced} of ${this.#running.settings.vips.length} virtual IPs announced, ${up} of ${sessions.length} sessions Established${stale}`;
  }

  #observe(): Observation {
    const { announcement } = this.#parts;
    return {
      nowMs: Date.now(),
      version: this.#version,
      ready: this.notReady().length === 0,
      config: { stale: this.#stale, loadedAtMs: this.#loadedAtMs },
      peers: announcement.sessions(),
      vips: announcement.announcer.vips(),
      tally: this.#tally,
    };
  }

  /** The longest time a stop may take now, milliseconds. */
  get stopTimeoutMs(): number {
    return this.#running.settings.stopTimeoutMs;
  }

  /** Asks the sources of weights. */
  #weigh(): void {
    const { vips, weights } = this.#running.settings;
    this.#weights.set(weightGroups(vips, weights));
  }

  /** Follows the sessions, for changes that wait for one to end, and the weights, until the announcer is closed. */
  async follow(): Promise<void> {
    this.#weigh();
    for await (const event of this.#parts.announcement.announcer.events({ limit: 65_536 })) {
      this.#tally.count(event);
      this.service.changed();
      if (event.event !== "peer.down") continue;
      const change = this.#waiting.get(event.peer);
      this.#waiting.delete(event.peer);
      change?.();
    }
    this.#weights.stop();
  }

  /** Reads the files again and changes what differs; one reload after the other. Files with a problem change nothing. Never rejects. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    this.service.reloading();
    try {
      await this.#readAndApply();
    } finally {
      this.service.reloaded();
    }
  }

  async #readAndApply(): Promise<void> {
    const { announcement, log, load } = this.#parts;
    const loaded = load();
    this.#stale = !loaded.ok;
    if (!loaded.ok) {
      this.#tally.reloads.refused++;
      for (const sentence of loaded.sentences) log.error({}, sentence);
      log.error(
        { problems: loaded.sentences.length },
        "the configuration has problems and was not reloaded; nothing changed",
      );
      return;
    }
    const { configured, warnings } = loaded;
    for (const warning of warnings) log.warn({}, warning);
    const { changes, needsRestart } = planReload(this.#running, configured);
    for (const reason of needsRestart) log.warn({}, reason);
    for (const { sentence, cost } of changes) log.info({ cost }, `reload: ${sentence}`);
    const { asn, routerId, stateDir, instance, nodeCommunity, drainIdleMs } = this.#running.settings;
    this.#running = {
      ...configured,
      settings: { ...configured.settings, asn, routerId, stateDir, instance, nodeCommunity, drainIdleMs },
    };
    const failures = await applyReload(
      { ...this.#running, changes },
      {
        announcement,
        log,
        metrics: this.metrics,
        whenDown: (peer, change) => this.#waiting.set(peer, change),
      },
    );
    this.#weigh();
    this.#loadedAtMs = Date.now();
    this.#tally.reloads[failures.length === 0 ? "applied" : "failed"]++;
    for (const failure of failures) log.error({}, failure);
    const count = (...kinds: string[]): number => changes.filter(({ kind }) => kinds.includes(kind)).length;
    const added = count("vip-add");
    const removed = count("vip-remove");
    log.info({ changes: changes.length, failures: failures.length }, "the configuration was reloaded");
    announcement.announcer.report(
      { event: "config.reloaded", added, changed: count("vip-change", "vip-weight"), removed },
      changes.length === 0 ? ["nothing differs"] : changes.map(({ sentence }) => sentence),
    );
  }
}
