import type { LogLevel } from "../values/log-level.ts";
import type { TextStream } from "./streams.ts";
import { drained, maxUnread, writeAsynchronously } from "./streams.ts";

/** Where log lines go. Fits what the speaker and the announcer expect. */
export interface Log {
  trace(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  /** From now on lines below this level are dropped. */
  setLevel(level: LogLevel): void;
  /** Loads bunyan and writes what was kept until now. Idempotent. */
  open(): Promise<void>;
  /** Resolves when everything that was written has been taken by the reader, at the latest after `timeoutMs`. */
  flushed(timeoutMs: number): Promise<void>;
}

const severity: Readonly<Record<LogLevel, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };

/** What lines end up in: a bunyan logger, as far as it is needed here. */
type Sink = Readonly<Record<LogLevel, (fields: object, message: string) => void>>;

interface Line {
  readonly level: LogLevel;
  readonly time: Date;
  readonly fields: object;
  readonly message: string;
}

/**
 * A bunyan log on standard error: bunyan's own JSON, or short lines when that is a terminal. bunyan is loaded when `open` is called, so
 * that a session need not wait for it; lines written before keep their time.
 */
export function createLog(initialLevel: LogLevel): Log {
  let level = initialLevel;
  let logger: Sink | null = null;
  let opening: Promise<void> | null = null;
  const kept: Line[] = [];
  const write = ({ level: name, time, fields, message }: Line, to: Sink): void =>
    to[name]({ time, ...fields }, message);
  const add = (name: LogLevel, fields: object, message: string): void => {
    if (severity[name] < severity[level]) return;
    const line = { level: name, time: new Date(), fields, message };
    if (logger === null) kept.push(line);
    else write(line, logger);
  };
  return {
    trace: (fields, message) => add("trace", fields, message),
    debug: (fields, message) => add("debug", fields, message),
    info: (fields, message) => add("info", fields, message),
    warn: (fields, message) => add("warn", fields, message),
    error: (fields, message) => add("error", fields, message),
    fatal: (fields, message) => add("fatal", fields, message),
    setLevel: (wanted) => {
      level = wanted;
    },
    open: () => {
      // Which lines are written is decided here, where it can change.
      opening ??= openBunyan("trace")
        .catch(plainSink)
        .then((opened) => {
          logger = opened;
          for (const line of kept.splice(0)) write(line, opened);
        });
      return opening;
    },
    flushed: (timeoutMs) => drained(process.stderr, timeoutMs),
  };
}

async function openBunyan(level: LogLevel): Promise<Sink> {
  const { default: bunyan } = await import("bunyan");
  const output = standardError();
  const json = { write: (line: string) => output(line) };
  const terminal = { write: (record: unknown) => output(terminalLine(record, bunyan.nameFromLevel)) };
  // bunyan types a stream as a Writable, and calls `write` alone.
  const stream = (process.stderr.isTTY ? terminal : json) as unknown as NodeJS.WritableStream;
  return bunyan.createLogger({
    name: "vipcast",
    streams: [{ type: process.stderr.isTTY ? "raw" : "stream", level, stream }],
  });
}

/** Writes to standard error as long as somebody reads it; a log must not stop an announcement. */
function standardError(): (text: string) => void {
  const stream: TextStream = writeAsynchronously(process.stderr);
  let open = true;
  stream.on("error", () => {
    open = false;
  });
  return (text) => {
    if (open && stream.writableLength <= maxUnread) stream.write(text);
  };
}

/** The same lines without bunyan, for the moment when a package manager is replacing our files: a log must not end an announcement. */
function plainSink(): Sink {
  const output = standardError();
  const write =
    (level: number) =>
    (fields: object, msg: string): void => {
      output(`${JSON.stringify({ name: "vipcast", pid: process.pid, level, ...fields, msg, v: 0 })}\n`);
    };
  const { trace, debug, info, warn, error, fatal } = severity;
  return {
    trace: write(trace),
    debug: write(debug),
    info: write(info),
    warn: write(warn),
    error: write(error),
    fatal: write(fatal),
  };
}

const bunyanFields = new Set(["name", "hostname", "pid", "level", "time", "msg", "v", "err"]);

/** One bunyan record for a terminal: time, level, message, and the other fields as `key=value`. */
function terminalLine(record: unknown, levelNames: Readonly<Record<number, string>>): string {
  const { level, time, msg, err, ...rest } = record as {
    level: number;
    time: Date;
    msg: string;
    err?: { message?: string };
  } & Record<string, unknown>;
  const fields = Object.entries(rest)
    .filter(([key]) => !bunyanFields.has(key))
    .map(
      ([key, value]) =>
        `${key}=${typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`,
    );
  const cause = err?.message === undefined || msg.includes(err.message) ? "" : `: ${err.message}`;
  const tail = fields.length === 0 ? "" : `  [${fields.join(" ")}]`;
  return `${time.toISOString().slice(11, 23)} ${(levelNames[level] ?? String(level)).padEnd(5)} ${msg}${cause}${tail}\n`;
}
