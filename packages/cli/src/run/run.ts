import { resolve } from "node:path";
import { capabilityRemedy, LinuxError, ownershipMark, Rtnetlink } from "@vipcast/linux";
import { KernelAddresses } from "../adapters/kernel-addresses.ts";
import { Announcement, type Host } from "../announce/announcement.ts";
import { automaticRouterId } from "../announce/automatic-router-id.ts";
import { hasCapability } from "../announce/capabilities.ts";
import { claimInstance, instanceName } from "../announce/instance.ts";
import { leftBehind, recorded } from "../announce/recorded.ts";
import { defaultStateDir } from "../announce/state-dir.ts";
import { restartExitCode, supervise } from "../announce/supervise.ts";
import type { RawArguments } from "../arguments/option.ts";
import { type Problem, problemSentence } from "../arguments/problem.ts";
import { defaultConfigFile } from "../config/config-file.ts";
import type { ControlSettings } from "../config/settings.ts";
import { Control } from "../control/control.ts";
import { socketPathOf } from "../control/instance-socket.ts";
import { EventWriter } from "../output/event-writer.ts";
import { createLog, type Log } from "../output/log.ts";
import { writeAsynchronously } from "../output/streams.ts";
import type { SignalInbox } from "../signals.ts";
import { version } from "../version.ts";
import { Daemon } from "./daemon.ts";
import { DeclaredVips, withDeclared } from "./declared-vips.ts";
import { goOn, isManaged, isToStop } from "./go-on.ts";
import { loadConfig } from "./load.ts";
import { loadAside } from "./load-aside.ts";
import { oneWaiting } from "./one-waiting.ts";

/** After the start: by then a session has begun, and a verb that waits for the daemon has not begun to wonder. */
const controlDelayMs = 100;

/** Between two reloads that signals ask for: each is an event and a line in the log, and a storm of them would push out all others. */
const reloadPauseMs = 200;
/** So many are what a few hundred events take. */
const lastTurns = 4;

/** Announces what a configuration file says until a signal ends it. Returns the exit code. */
export async function runDaemon(
  raw: RawArguments,
  problems: readonly Problem[],
  signals: SignalInbox,
): Promise<number> {
  if (problems.length > 0) return refuse(problems.map(problemSentence), "vipcast run --help shows the options");
  const file = raw.values.get("config")?.[0] ?? defaultConfigFile;
  const json = raw.values.has("json");
  const load = (): ReturnType<typeof loadConfig> => loadConfig(file, process.env);
  const loaded = load();
  if (!loaded.ok) return refuse(loaded.sentences, `vipcast check -c ${file} shows the same without starting`);

  const startedAt = new Date();
  const stopAtOnce = isToStop(process.env);
  let stopNext = false;
  const log = createLog(loaded.configured.settings.logLevel);
  for (const warning of loaded.warnings) log.warn({}, warning);
  const uid = process.getuid?.() ?? 0;
  const stateDir = loaded.configured.settings.stateDir ?? defaultStateDir(uid, process.env);
  const { instance } = loaded.configured.settings;
  const declared = new DeclaredVips(stateDir, instance);
  for (const sentence of declared.load())
    log.error({}, `of the control API's virtual IPs none is announced: ${sentence}`);
  const { settings, keys } = withDeclared(loaded.configured, declared);
  const mark = ownershipMark(instance ?? instanceName(stateDir));
  const host: Host = { kernel: new Rtnetlink(), mark, stateDir, instance };
  let observed: ReturnType<KernelAddresses["read"]>;
  try {
    observed = new KernelAddresses(host.kernel, host.mark).read();
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    return fail(`the addresses of this host cannot be read: ${error.message}`);
  }
  if (settings.vips.some(({ bind }) => bind) && !hasCapability("CAP_NET_ADMIN"))
    return fail(`virtual IPs cannot be bound: ${capabilityRemedy("CAP_NET_ADMIN")}, or write bind: false for each`);
  const claimed = await claimInstance(stateDir, mark, { stateDir: "stateDir", instance: "instance" });
  if (!claimed.ok) return fail(claimed.message);

  const routerId = settings.routerId ?? automaticRouterId({ vips: settings.vips, host, observed }, log, "routerId");
  const left = leftBehind(await recorded(host), observed);
  const { vips } = settings;
  const announcement = new Announcement({
    settings,
    vips,
    changeable: true,
    keys,
    routerId,
    host,
    log,
    left,
    onObserved: () => daemon.service.ready(),
    onTold: () => {
      if (stopAtOnce) raiseEnd(signals, "stop");
    },
    onCheck: (check) => daemon.metrics.checkTook(check),
  });
  const setControl = (control: ControlSettings | null): Promise<void> => ways.set(control);
  const loadInRun = (): ReturnType<typeof loadAside> => loadAside(file, process.env);
  const parts = { announcement, log, load: loadInRun, declared, setControl };
  const daemon = new Daemon(parts, loaded.configured, loaded.files);
  const ways = new Control(
    {
      version: version(),
      instance: instance ?? instanceName(stateDir),
      startedAt,
      routerId,
      stateDir,
      configFile: resolve(file),
      log,
      announcer: announcement.announcer,
      daemon,
      peers: () => announcement.peers,
      state: () => (announcement.stopping ? "stopping" : announcement.observed ? "running" : "starting"),
      end: (how) => raiseEnd(signals, how),
      restartProblems: async () => {
        const next = await loadInRun();
        return next.ok ? [] : next.problems;
      },
    },
    socketPathOf({ stateDir, instance }, uid, process.env),
    log,
  );
  try {
    await announcement.listen();
  } catch (error) {
    await announcement.stop("cannot listen");
    claimed.claim.release();
    return fail(`nothing was bound: ${error instanceof Error ? error.message : String(error)}`);
  }
  log.info({ asn: settings.asn, routerId, vips: settings.vips.length, stateDir }, "announcing");
  const following = daemon.follow();
  void daemon.metrics.set(settings.metrics);
  // Loading the HTTP server must not delay the first announcement.
  const opening = setTimeout(() => {
    void daemon.settle();
    void setControl(daemon.running.settings.control);
  }, controlDelayMs);
  const writer = new EventWriter(writeAsynchronously(process.stdout), json, (error) => {
    log.warn({ err: error }, "nobody reads standard output any more; the announcement goes on without events");
  });
  const code = await supervise(announcement, {
    writer,
    log,
    stopTimeoutMs: () => daemon.stopTimeoutMs,
    signals,
    name: "vipcast run",
    reload: oneWaiting(() => daemon.reload(), reloadPauseMs),
    ending: (how, timeoutMs) =>
      daemon.service.stopping(
        how === "restart"
          ? "restarting; addresses stay bound"
          : `withdrawing and stopping, within ${timeoutMs / 1000} s`,
      ),
    mayRestart: () => mayRestart(load(), daemon.confirmation !== null, log),
    stopNext: () => {
      stopNext = true;
    },
  });
  await following;
  clearTimeout(opening);
  // Whoever follows the events gets the last ones: they are written in turns of their own.
  for (let turn = 0; turn < lastTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
  await setControl(null);
  await daemon.metrics.set(null);
  daemon.service.close();
  host.kernel.close();
  claimed.claim.release();
  if (code !== restartExitCode) return code;
  // A signal that came until here is for the next process; what comes before that one can take it ends it, as it does at any start.
  await new Promise((resolve) => setImmediate(resolve));
  const exitCode = goOn(log, process.env, stopNext);
  await log.flushed(500);
  return exitCode;
}

/** The same as the signals that ask for it. */
function raiseEnd(signals: SignalInbox, how: "stop" | "stop-now" | "restart"): void {
  signals.raise(how === "restart" ? "SIGUSR2" : "SIGTERM");
  if (how === "stop-now") signals.raise("SIGTERM");
}

/** The next process reads the files anew: with a problem in them it would not start, and nobody would look after the addresses. */
function mayRestart(loaded: ReturnType<typeof loadConfig>, unconfirmed: boolean, log: Log): "yes" | "no" | "stop" {
  const managed = isManaged(process.env);
  if (unconfirmed && !managed) {
    log.error({}, "a reload waits for its confirmation: not restarted; confirm it or roll it back first");
    return "no";
  }
  if (unconfirmed)
    log.warn({}, "the reload that waits for its confirmation stays: the next start runs the files as they are");
  if (loaded.ok) return "yes";
  for (const sentence of loaded.sentences) log.error({}, sentence);
  const problems = loaded.sentences.length;
  // A service manager would kill who stays; what is left in order can wait for the next start.
  if (managed) {
    log.error({ problems }, "the configuration has problems and the next start will fail: stopping in order instead");
    return "stop";
  }
  log.error({ problems }, "the configuration has problems: not restarted; nothing changed");
  return "no";
}

function refuse(sentences: readonly string[], hint: string): number {
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`);
  process.stderr.write(`Nothing was bound and no session was opened; ${hint}.\n`);
  return 2;
}

function fail(message: string): number {
  process.stderr.write(`vipcast run: ${message}.\n`);
  return 1;
}
