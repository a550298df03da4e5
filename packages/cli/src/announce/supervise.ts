import type { AnnouncerEvent } from "@vipcast/announcer";
import type { EventWriter } from "../output/event-writer.ts";
import type { Log } from "../output/log.ts";
import { eventSentence } from "../output/sentence.ts";
import type { SignalInbox, StopSignal } from "../signals.ts";
import type { Announcement } from "./announcement.ts";

/** What a running announcement reports to, and how long a stop may take. */
export interface Supervision {
  readonly writer: EventWriter;
  readonly log: Log;
  /** From the first signal to the end of the process, milliseconds. */
  readonly stopTimeoutMs: () => number;
  readonly signals: SignalInbox;
  /** The command, for what peers are told at the end. */
  readonly name: string;
  /** What SIGHUP asks for; default: to stop. */
  readonly reload?: () => void;
  /** Hears once that the end has begun. */
  readonly ending?: (how: "stop" | "restart", timeoutMs: number) => void;
  /** Whether there would be a next process that can run, asked at SIGUSR2: `no` goes on as before, `stop` stops in order instead. */
  readonly mayRestart?: () => "yes" | "no" | "stop";
  /** Hears that a stop was asked for while it restarts: the next process is the one that can. */
  readonly stopNext?: () => void;
}

/** Loading the log takes time that the first announcement should not wait for; without one it is opened after this. */
const logDelayMs = 200;
/** How long the sessions may take to close before a restart. */
const restartTimeoutMs = 4000;
/** How long a defect may delay the end for the sake of a withdrawal. */
const failureTimeoutMs = 3000;
/** How long the last events wait for their reader. */
const flushTimeoutMs = 500;

/** The exit code that asks for a new start: EX_TEMPFAIL of sysexits.h. */
export const restartExitCode = 75;

/**
 * Starts an announcement and stays until a signal ends it, or a failure. Resolves with the exit code, {@link restartExitCode} when another process is to go on
 * with what this one has left in place.
 */
export async function supervise(
  announcement: Announcement,
  { writer, log, stopTimeoutMs, signals, name, reload, mayRestart, stopNext, ending }: Supervision,
): Promise<number> {
  const openLog = (): void => void log.open();
  const logTimer = setTimeout(openLog, logDelayMs);
  let finish: (code: number) => void = () => undefined;
  const finished = new Promise<number>((resolve) => {
    finish = resolve;
  });

  const stop = (reason: string, code: 0 | 1, timeoutMs: number): void => {
    ending?.("stop", timeoutMs);
    const deadline = setTimeout(() => {
      if (announcement.taken?.complete === true) {
        log.warn({}, "every VIP was taken away; a peer that does not read kept its session from closing in time");
        finish(code);
        return;
      }
      log.error({}, `the stop was not complete after ${timeoutMs / 1000} s; the next start takes away what is left`);
      finish(1);
    }, timeoutMs);
    void announcement.stop(reason).then(({ complete, left }) => {
      clearTimeout(deadline);
      if (!complete) log.error({ left }, "not everything was unbound in time; the next start takes away what is left");
      finish(complete ? code : 1);
    });
  };

  const restart = (): void => {
    ending?.("restart", restartTimeoutMs);
    const deadline = setTimeout(() => finish(restartExitCode), restartTimeoutMs);
    void announcement.restart(`${name} restarts`).then(() => {
      clearTimeout(deadline);
      finish(restartExitCode);
    });
  };

  let stopping = false;
  let restarting = false;
  let takingOver = false;
  const onSignal = (signal: StopSignal): void => {
    if (signal === "SIGUSR2" && mayRestart !== undefined) {
      if (stopping) return;
      const answer = mayRestart();
      if (answer === "no") return;
      if (answer === "yes") {
        log.info({ signal }, `${signal}: restarting; addresses stay bound`);
        stopping = true;
        restarting = true;
        restart();
        return;
      }
    }
    if (signal === "SIGHUP" && reload !== undefined) {
      if (!stopping) reload();
      return;
    }
    if (!stopping && !takingOver && announcement.inherits) {
      takingOver = true;
      log.info({ signal }, `${signal}: stopping as soon as what an earlier run has left is taken over`);
      const limit = new Promise((resolve) => void setTimeout(resolve, stopTimeoutMs() / 2).unref());
      void Promise.race([announcement.told, limit]).then(() => {
        // A second one, or a restart, may have come meanwhile.
        if (!stopping || restarting) onSignal(signal);
      });
      return;
    }
    if (restarting) {
      log.info({ signal }, `${signal}: restarting already, and stopping after that`);
      stopNext?.();
      return;
    }
    log.info(
      { signal },
      stopping ? `${signal} again: what is left of the drain is skipped` : `${signal}: withdrawing and stopping`,
    );
    if (stopping) void announcement.stop("");
    else stop(`${name} was stopped`, 0, stopTimeoutMs());
    stopping = true;
  };
  const onDefect = (error: unknown): void => {
    log.fatal(
      { err: error },
      `stopping because of a defect: ${error instanceof Error ? error.message : String(error)}`,
    );
    stopping = true;
    stop("vipcast failed", 1, failureTimeoutMs);
    void announcement.stop("");
  };
  const onEvent = (event: AnnouncerEvent): void => {
    writer.write(event);
    logEvent(log, event);
    if (event.event === "vip.announced") openLog();
    if (isHopeless(event) && !stopping) {
      log.fatal({ vip: event.vip }, `this process may not bind addresses: ${event.causes.join("; ")}`);
      stopping = true;
      stop("vipcast may not bind addresses", 1, failureTimeoutMs);
    }
  };

  const events = announcement.announcer.events({ limit: announcement.eventLimit });
  process.on("uncaughtException", onDefect);
  const reading = (async (): Promise<void> => {
    for await (const event of events) onEvent(event);
  })();
  signals.deliverTo(onSignal);
  try {
    // One that came before there was anything to end: nothing is begun.
    if (!stopping) await announcement.start();
  } catch (error) {
    onDefect(error);
  }
  const code = await finished;
  await Promise.race([reading, announcement.stop("")]);
  clearTimeout(logTimer);
  await log.open();
  await Promise.all([writer.flushed(flushTimeoutMs), log.flushed(flushTimeoutMs)]);
  return code;
}

/** Without the right to bind there is nothing to announce, and it does not come back by itself. */
function isHopeless(event: AnnouncerEvent): event is Extract<AnnouncerEvent, { event: "vip.failed" }> {
  return event.event === "vip.failed" && event.step === "bind" && event.code === "EPERM";
}

/** Events of addresses and routes go to the log as well; those of peers, failures and refusals are logged where they happen. */
function logEvent(log: Log, event: AnnouncerEvent): void {
  const { time: _time, causes: _causes, event: name, ...fields } = event;
  switch (name) {
    case "vip.bound":
    case "vip.announced":
    case "vip.withdrawn":
    case "vip.draining":
    case "vip.unbound":
    case "vip.unhealthy":
    case "vip.healthy":
    case "vip.degraded":
    case "config.reloaded":
      log.info({ event: name, ...fields }, eventSentence(event));
      return;
    case "address.lost":
    case "address.restored":
    case "events.lost":
      log.warn({ event: name, ...fields }, eventSentence(event));
      return;
    case "peer.connecting":
    case "peer.established":
    case "peer.down":
    case "vip.failed":
    case "vip.refused":
    case "vip.damped":
    case "vip.on-link":
    case "ledger.failed":
    case "drains.failed":
    case "ledger.rebuilt":
      return;
    default:
      name satisfies never;
  }
}
