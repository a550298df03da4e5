/**
 * The inner process: number 1 of the lab's PID namespace. It runs commands in the lab's hosts, relays the lines of the
 * long-lived ones, and ends when its standard input does. In namespaces its end takes everything with it; without them it
 * kills what it started and removes its folder.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LineSplitter } from "../sandbox/json-lines.ts";
import { type InnerReply, type InnerRequest, monotonicMs } from "../sandbox/protocol.ts";
import { removeFolder } from "../sandbox/remove-folder.ts";
import type { Isolation } from "../sandbox/shape.ts";
import { findProgram, searchPath } from "../sandbox/tools.ts";

/** Upper bound of what one command may print before it is cut: 64 MiB. */
const outputLimit = 64 * 1024 * 1024;

/** Runs until standard input ends. */
export function runInner(isolation: Isolation): void {
  const folder = prepare(isolation);
  const environment = { ...process.env, PATH: searchPath() };
  const children = new Map<number, ChildProcess>();
  const running = new Set<ChildProcess>();
  const deathSignal = findProgram("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "KILL"];

  let finishing = false;
  const send = (reply: InnerReply): void => {
    // A reader that is gone, like the end of input, means that nobody needs this lab any more.
    if (!finishing && !writeAll(`${JSON.stringify(reply)}\n`)) finish();
  };

  const start = (host: string | null, argv: readonly string[], env: Readonly<Record<string, string>>): ChildProcess => {
    const prefix =
      isolation === "none" ? deathSignal : host === null ? [] : ["nsenter", `--net=/run/netns/${host}`, "--"];
    const [program = "", ...rest] = [...prefix, ...argv];
    const child = spawn(program, rest, { env: { ...environment, ...env }, stdio: "pipe", cwd: folder });
    running.add(child);
    child.once("exit", () => running.delete(child));
    child.once("error", () => running.delete(child));
    // A reader that is gone is the process's own affair (EPIPE); its exit is reported.
    child.stdin.on("error", () => undefined);
    return child;
  };

  const finish = (): void => {
    if (finishing) return;
    finishing = true;
    if (isolation !== "none") process.exit(0);
    for (const child of running) child.kill("SIGKILL");
    // A process that is still dying may put a file into the folder while it is removed: wait for the last one.
    const deadline = monotonicMs() + 2000;
    const remove = (): void => {
      if (running.size > 0 && monotonicMs() < deadline) return;
      removeFolder(folder);
      process.exit(0);
    };
    setInterval(remove, 10);
    remove();
  };

  const handle = (request: InnerRequest): void => {
    switch (request.op) {
      case "exec": {
        const child = start(request.host, request.argv, request.env);
        execute(child, request.input, request.timeoutMs, (result) => send({ kind: "exec", id: request.id, result }));
        return;
      }
      case "spawn": {
        const child = start(request.host, request.argv, request.env);
        children.set(request.process, child);
        relay(child, request.process, send);
        child.once("spawn", () => send({ kind: "spawned", id: request.id, pid: child.pid ?? 0 }));
        child.once("error", (error) => send({ kind: "failed", id: request.id, message: error.message }));
        return;
      }
      case "signal":
        children.get(request.process)?.kill(request.signal as NodeJS.Signals);
        send({ kind: "done", id: request.id });
        return;
      case "stdin":
        children.get(request.process)?.stdin?.write(request.text);
        send({ kind: "done", id: request.id });
        return;
      case "write":
        mkdirSync(dirname(request.path), { recursive: true });
        writeFileSync(request.path, request.text, { mode: request.mode });
        send({ kind: "done", id: request.id });
        return;
      case "read":
        send({ kind: "text", id: request.id, text: readFileSync(request.path, "utf8") });
        return;
      default:
        request satisfies never;
    }
  };

  const lines = new LineSplitter((line) => {
    const request = JSON.parse(line) as InnerRequest;
    try {
      handle(request);
    } catch (error) {
      send({ kind: "failed", id: request.id, message: (error as Error).message });
    }
  });
  process.stdin.on("data", (chunk: Buffer) => lines.push(chunk));
  process.stdin.on("end", finish);
  process.stdin.on("error", finish);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, finish);
  send({ kind: "ready", folder });
}

/** The lab's private folder; in namespaces it lies on a tmpfs nobody else sees. */
function prepare(isolation: Isolation): string {
  if (isolation === "none") return mkdtempSync(join(tmpdir(), "vipcast-lab-"));
  const env = { ...process.env, PATH: searchPath() };
  // /var/tmp is where FRR keeps crash logs, a folder for each process number.
  for (const [place, mode] of [
    ["/run", "755"],
    ["/var/tmp", "1777"],
  ] as const)
    execFileSync("mount", ["-t", "tmpfs", "-o", `mode=${mode}`, "tmpfs", place], {
      env,
      stdio: ["ignore", "ignore", 2],
    });
  const folder = "/run/vipcast-lab";
  mkdirSync(folder, { recursive: true });
  return folder;
}

function relay(child: ChildProcess, id: number, send: (reply: InnerReply) => void): void {
  for (const stream of ["stdout", "stderr"] as const) {
    const lines = new LineSplitter((text) => send({ kind: "line", process: id, stream, text, at: monotonicMs() }));
    child[stream]?.on("data", (chunk: Buffer) => lines.push(chunk));
    child[stream]?.on("end", () => lines.end());
  }
  // `close` comes after the last line, so that nobody sees an exit before what was said on the way out; but a grandchild
  // that inherited the pipes may hold it back for ever.
  let reported = false;
  const report = (code: number | null, signal: string | null, at: number): void => {
    if (reported) return;
    reported = true;
    send({ kind: "exit", process: id, code, signal, at });
  };
  child.once("exit", (code, signal) => {
    const at = monotonicMs();
    child.once("close", () => report(code, signal, at));
    setTimeout(() => report(code, signal, at), 200);
  });
}

function execute(
  child: ChildProcess,
  input: string,
  timeoutMs: number,
  done: (result: { code: number | null; signal: string | null; stdout: string; stderr: string }) => void,
): void {
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    const decoder = new TextDecoder();
    child[stream]?.on("data", (chunk: Buffer) => {
      if (text[stream].length < outputLimit) text[stream] += decoder.decode(chunk, { stream: true });
    });
  }
  let failure: string | null = null;
  const timer = setTimeout(() => {
    failure = `no end within ${timeoutMs} ms\n`;
    child.kill("SIGKILL");
  }, timeoutMs);
  child.once("error", (error) => {
    failure = `${error.message}\n`;
    if (child.pid === undefined) {
      clearTimeout(timer);
      done({ code: 127, signal: null, stdout: "", stderr: error.message });
    }
  });
  child.once("close", (code, signal) => {
    if (child.pid === undefined) return;
    clearTimeout(timer);
    done({ code, signal, stdout: text.stdout, stderr: failure === null ? text.stderr : text.stderr + failure });
  });
  child.stdin?.end(input);
}

/** Standard output is a pipe somebody reads; when it is full, wait for the reader rather than lose a line. False: nobody reads. */
function writeAll(text: string): boolean {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return false;
    }
  }
  return true;
}
