import { ping } from "@vipcast/linux";
import type { Announcement } from "../announce/announcement.ts";
import { WeightWatches, weightGroups } from "../announce/watch-weight.ts";
import type { ConfigProblem } from "../config/problem.ts";
import type { ControlSettings } from "../config/settings.ts";
import { EventHistory } from "../control/event-history.ts";
import { explainInTurns } from "../metrics/explain-in-turns.ts";
import { Metrics } from "../metrics/metrics.ts";
import { readiness } from "../metrics/readiness.ts";
import type { Observation } from "../metrics/samples.ts";
import { Tally } from "../metrics/tally.ts";
import type { Log } from "../output/log.ts";
import { applyReload } from "../reload/apply-reload.ts";
import type { ReloadChange } from "../reload/change.ts";
import { endedBy } from "../reload/confirm.ts";
import { type Configured, planReload } from "../reload/plan-reload.ts";
import { ServiceManager } from "../service/service-manager.ts";
import { version } from "../version.ts";
import { answering, Confirmation } from "./confirmation.ts";
import { type DeclaredVip, type DeclaredVips, type FileFault, withDeclared } from "./declared-vips.ts";
import { defaultGateways } from "./gateways.ts";
import type { LoadedConfig } from "./load.ts";
import { checkRights } from "./rights.ts";

/** What a daemon is made of. */
export interface DaemonParts {
  readonly announcement: Announcement;
  readonly log: Log;
  /** Reads the configuration files again. */
  readonly load: () => Promise<LoadedConfig>;
  /** Virtual IPs from the control API, loaded already. */
  readonly declared: DeclaredVips;
  /** Opens the control API anew. */
  readonly setControl: (control: ControlSettings) => Promise<void>;
}

/** How a reload is asked for. */
export interface ReloadRequest {
  /** Only say what would change. */
  readonly dryRun?: boolean;
  /** Roll back when it is not confirmed within so many milliseconds. */
  readonly confirmMs?: number | null;
}

/** What a reload did, or why it did nothing. */
export type ReloadResult =
  | { readonly kind: "problems"; readonly problems: readonly ConfigProblem[] }
  /** Another one waits for its confirmation. */
  | { readonly kind: "busy" }
  | {
      readonly kind: "planned";
      readonly changes: readonly ReloadChange[];
      readonly needsRestart: readonly string[];
      readonly warnings: readonly string[];
      readonly failures: readonly string[];
    };

/** How what runs stands to the files. */
export interface FilesState {
  readonly files: readonly string[];
  readonly loadedAt: Date;
  /** Null: what the files say runs, as far as is known. */
  readonly stale: { readonly since: Date; readonly reason: string; readonly problems: readonly ConfigProblem[] } | null;
  readonly needsRestart: readonly string[];
  readonly lastRollback: { readonly at: Date; readonly reason: string } | null;
}

/** The configuration that is running, and its changes. */
export class Daemon {
  readonly history: EventHistory = new EventHistory(Date.now());
  readonly #parts: DaemonParts;
  /** What the files said. */
  #fromFiles: Configured;
  /** The same with the virtual IPs of the control API. */
  #running: Configured;
  #files: FilesState;
  readonly #waiting = new Map<string, () => void>();
  #queue: Promise<unknown> = Promise.resolve();
  readonly #tally = new Tally();
  readonly #weights: WeightWatches;
  readonly #version = version();
  readonly metrics: Metrics;
  /** The service manager that started us, if any. */
  readonly service: ServiceManager;
  #confirmation: Confirmation | null = null;
  /** What a roll-back goes back to. */
  #before: { readonly configured: Configured; readonly files: FilesState } | null = null;

  /** `fromFiles` is what the files said; the announcement was made with {@link withDeclared} of it. */
  constructor(parts: DaemonParts, fromFiles: Configured, files: readonly string[]) {
    this.#parts = parts;
    this.#fromFiles = fromFiles;
    this.#running = withDeclared(fromFiles, parts.declared);
    this.#files = { files, loadedAt: new Date(), stale: null, needsRestart: [], lastRollback: null };
    this.#weights = new WeightWatches(parts.announcement.announcer, parts.log);
    this.metrics = new Metrics({ observe: () => this.#observe(), notReady: () => this.notReady() }, parts.log);
    this.service = new ServiceManager(process.env, () => this.#status(), parts.log);
  }

  /** What the files say does not run: they have problems, or it was rolled back. */
  get stale(): boolean {
    return this.#files.stale !== null;
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
    const stale = this.stale ? "; the files were refused at the last reload, and something older is running" : "";
    return `${announced} of ${this.#running.settings.vips.length} virtual IPs announced, ${up} of ${sessions.length} sessions Established${stale}`;
  }

  async #observe(): Promise<Observation> {
    const { announcement } = this.#parts;
    const vips = await explainInTurns(announcement.announcer);
    return {
      nowMs: Date.now(),
      version: this.#version,
      ready: this.notReady().length === 0,
      config: { stale: this.stale, loadedAtMs: this.#files.loadedAt.getTime() },
      peers: announcement.sessions(),
      vips,
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

  /** What runs, the virtual IPs of the control API included. */
  get running(): Configured {
    return this.#running;
  }

  get files(): FilesState {
    return this.#files;
  }

  /** The reload that waits for its confirmation. */
  get confirmation(): Confirmation | null {
    return this.#confirmation;
  }

  /** The files declare this prefix. */
  isFromFiles(prefix: string): boolean {
    return this.#fromFiles.settings.vips.some((vip) => vip.prefix === prefix);
  }

  /** What was declared over the control API of this prefix. */
  declared(prefix: string): DeclaredVip | undefined {
    return this.#parts.declared.get(prefix);
  }

  /** Everything that was declared over the control API. */
  allDeclared(): readonly DeclaredVip[] {
    return this.#parts.declared.all();
  }

  /** Keeps the events, and follows the weights and the sessions, until the announcer is closed: some changes wait for a session to end. */
  async follow(): Promise<void> {
    this.#weigh();
    for await (const event of this.#parts.announcement.announcer.events({ limit: 65_536 })) {
      this.#tally.count(event);
      this.service.changed();
      this.history.add(event);
      if (event.event === "peer.established") this.#confirmation?.observe({ kind: "up", peer: event.peer });
      if (event.event !== "peer.down") continue;
      this.#confirmation?.observe({ kind: "down", peer: event.peer });
      const change = this.#waiting.get(event.peer);
      this.#waiting.delete(event.peer);
      change?.();
    }
    this.#weights.stop();
    this.#confirmation?.end();
  }

  /** Reads the files again and changes what differs; one change after the other. Files with a problem change nothing. Never rejects. */
  reload(request: ReloadRequest = {}): Promise<ReloadResult> {
    return this.#enqueue(async () => {
      if (request.dryRun === true) return this.#reload(request);
      this.service.reloading();
      try {
        return await this.#reload(request);
      } finally {
        this.service.reloaded();
      }
    });
  }

  /** Keeps what the reload changed that waits for this; resolves with false when none does. */
  confirm(): Promise<boolean> {
    return this.#enqueue(async () => {
      if (this.#confirmation === null) return false;
      this.#endConfirmation();
      this.#parts.log.info({}, "the reload was confirmed");
      await this.#dropShadowed();
      return true;
    });
  }

  /** Takes back what the reload changed that waits for its confirmation; resolves with false when none does. */
  rollBack(reason: string): Promise<boolean> {
    return this.#enqueue(() => this.#rollBack(reason));
  }

  /** Declares a virtual IP that the files do not; resolves with what went wrong with the file that keeps it. */
  declare(declared: DeclaredVip): Promise<FileFault> {
    return this.#enqueue(async () => {
      const fault = await this.#parts.declared.set(declared);
      await this.#change(this.#fromFiles);
      return fault;
    });
  }

  /** Takes a declared virtual IP back. */
  takeBack(prefix: string): Promise<FileFault> {
    return this.#enqueue(async () => {
      const fault = await this.#parts.declared.remove(prefix);
      await this.#change(this.#fromFiles);
      return fault;
    });
  }

  /** What was declared over the control API before the files said it is forgotten. */
  settle(): Promise<void> {
    return this.#enqueue(() => this.#dropShadowed());
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #reload({ dryRun = false, confirmMs = null }: ReloadRequest): Promise<ReloadResult> {
    const { announcement, log, load, declared } = this.#parts;
    if (this.#confirmation !== null) {
      log.error({}, "a reload waits for its confirmation; confirm it or roll it back before the next one");
      return { kind: "busy" };
    }
    const loaded = checkRights(await load());
    if (!loaded.ok) return this.#refused(loaded, dryRun);
    const { configured, warnings, files } = loaded;
    const next = this.#settled(configured);
    const { changes, needsRestart } = {
      ...planReload(this.#running, withDeclared(next, declared)),
      needsRestart: planReload(this.#fromFiles, configured).needsRestart,
    };
    const planned = { kind: "planned", changes, needsRestart, warnings } as const;
    if (dryRun) return { ...planned, failures: [] };
    for (const warning of warnings) log.warn({}, warning);
    for (const reason of needsRestart) log.warn({}, reason);
    for (const { sentence, cost } of changes) log.info({ cost }, `reload: ${sentence}`);
    if (confirmMs !== null) await this.#awaitConfirmation(changes, confirmMs);
    const failures = await this.#change(next);
    this.#tally.reloads[failures.length === 0 ? "applied" : "failed"]++;
    if (confirmMs === null) await this.#dropShadowed();
    this.#files = { ...this.#files, files, loadedAt: new Date(), stale: null, needsRestart };
    const count = (...kinds: string[]): number => changes.filter(({ kind }) => kinds.includes(kind)).length;
    const added = count("vip-add");
    const removed = count("vip-remove");
    log.info({ changes: changes.length, failures: failures.length }, "the configuration was reloaded");
    announcement.announcer.report(
      { event: "config.reloaded", added, changed: count("vip-change", "vip-weight"), removed },
      changes.length === 0 ? ["nothing differs"] : changes.map(({ sentence }) => sentence),
    );
    return { ...planned, failures };
  }

  #refused({ sentences, problems }: Extract<LoadedConfig, { ok: false }>, dryRun: boolean): ReloadResult {
    if (dryRun) return { kind: "problems", problems };
    const { log } = this.#parts;
    this.#tally.reloads.refused++;
    for (const sentence of sentences) log.error({}, sentence);
    log.error({ problems: sentences.length }, "the configuration has problems and was not reloaded; nothing changed");
    this.#files = { ...this.#files, stale: { since: new Date(), reason: "the files have problems", problems } };
    return { kind: "problems", problems };
  }

  /** A configuration as it can run without a restart. */
  #settled(configured: Configured): Configured {
    const { asn, routerId, stateDir, instance, nodeCommunity, drainIdleMs } = this.#running.settings;
    const settled = { asn, routerId, stateDir, instance, nodeCommunity, drainIdleMs };
    return { ...configured, settings: { ...configured.settings, ...settled } };
  }

  /** Makes `next` run, together with what was declared. */
  async #change(next: Configured): Promise<readonly string[]> {
    const { announcement, log, declared, setControl } = this.#parts;
    const wanted = withDeclared(next, declared);
    const { changes } = planReload(this.#running, wanted);
    this.#fromFiles = next;
    this.#running = wanted;
    const whenDown = (peer: string, change: () => void): void => void this.#waiting.set(peer, change);
    const failures = await applyReload(
      { ...wanted, changes },
      { announcement, log, metrics: this.metrics, whenDown, setControl },
    );
    this.#weigh();
    for (const failure of failures) log.error({}, failure);
    return failures;
  }

  /** The files win: what they declare is the API's no longer. Before a confirmation it may come back. */
  async #dropShadowed(): Promise<void> {
    const { declared, log } = this.#parts;
    for (const { vip } of declared.all()) {
      if (!this.isFromFiles(vip.prefix)) continue;
      log.warn(
        { vip: vip.prefix },
        `${vip.prefix} stands in the files now; what was declared over the control API is dropped`,
      );
      const fault = await declared.remove(vip.prefix);
      if (fault !== null) log.error({}, fault);
    }
  }

  async #awaitConfirmation(changes: readonly ReloadChange[], waitMs: number): Promise<void> {
    const { announcement, log } = this.#parts;
    const ask = (address: string, signal: AbortSignal): Promise<number> => ping(address, { signal });
    const gateways = await answering(defaultGateways(), ask);
    const established = announcement.peers.filter((peer) => peer.snapshot().state === "Established");
    this.#before = { configured: this.#fromFiles, files: this.#files };
    this.#confirmation = new Confirmation(
      { established: established.map(({ address }) => address), excused: endedBy(changes), gateways },
      waitMs,
      { ping: ask, rollBack: (reason) => void this.rollBack(reason) },
    );
    log.info({ gateways }, `the reload is rolled back in ${waitMs / 1000} s unless it is confirmed`);
  }

  #endConfirmation(): void {
    this.#confirmation?.end();
    this.#confirmation = null;
    this.#before = null;
  }

  async #rollBack(reason: string): Promise<boolean> {
    const { announcement, log } = this.#parts;
    const before = this.#before;
    if (before === null) return false;
    this.#endConfirmation();
    log.error({ reason }, `the reload is rolled back: ${reason}`);
    await this.#change(before.configured);
    const at = new Date();
    this.#files = {
      ...before.files,
      stale: { since: at, reason: `the reload was rolled back: ${reason}`, problems: [] },
      lastRollback: { at, reason },
    };
    announcement.announcer.report({ event: "config.reloaded", added: 0, changed: 0, removed: 0 }, [
      "the reload was rolled back",
      reason,
    ]);
    return true;
  }
}
