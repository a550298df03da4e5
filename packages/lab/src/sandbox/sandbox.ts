import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { labEntryPath } from "../entry-path.ts";
import { LabError } from "../errors.ts";
import { LineSplitter } from "./json-lines.ts";
import { LabProcess } from "./lab-process.ts";
import { type ExecResult, type InnerReply, type InnerRequest, monotonicMs } from "./protocol.ts";
import { removeFolder } from "./remove-folder.ts";
import { forbiddenMessage, type Isolation, innerCommand } from "./shape.ts";
import { findProgram, searchPath } from "./tools.ts";

/** Settings of one command inside the sandbox. */
export interface ExecOptions {
  /** Text for its standard input. Default none. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** It is killed after so many milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Return a result with an exit code other than 0 instead of throwing. Default false. */
  readonly allowFailure?: boolean;
}

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;
type Pending = { readonly resolve: (reply: InnerReply) => void; readonly reject: (error: Error) => void };

/**
 * The private namespaces of one lab and the process inside that executes what it is asked. Whoever dies first, this process,
 * unshare or the inner one, nothing remains: see `innerCommand`.
 */
export class Sandbox {
  readonly isolation: Isolation;
  /** Folder for the lab's files; on a private tmpfs in namespaces. */
  readonly folder: string;
  /** Resolves with the reason when the sandbox has ended, wanted or not, and its folder is gone. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #processes = new Map<number, LabProcess>();
  /** Lines may arrive in the same chunk as the reply that creates their process. */
  readonly #early = new Map<number, (InnerReply & { kind: "line" | "exit" })[]>();
  #nextId = 1;
  #endReason: string | null = null;

  private constructor(isolation: Isolation, child: ChildProcess, folder: string, ended: Promise<string>) {
    this.isolation = isolation;
    this.#child = child;
    this.folder = folder;
    this.ended = ended;
    void ended.then((reason) => {
      this.#endReason = reason;
      for (const { reject } of this.#pending.values()) reject(this.#endError());
      this.#pending.clear();
      for (const process of this.#processes.values())
        if (process.exit === null)
          process.deliver({ kind: "exit", process: 0, code: null, signal: "SIGKILL", at: monotonicMs() });
    });
  }

  /** Starts the inner process; throws `namespaces-forbidden` with the refusal's own words when it does not come up. */
  static start(isolation: Isolation): Promise<Sandbox> {
    const [program = "", ...args] = innerCommand(isolation, process.execPath, labEntryPath());
    const child = spawn(findProgram(program) ?? program, args, {
      // A session of its own: Ctrl-C reaches the outer process alone, which then takes the lab down in order.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, PATH: searchPath() },
    });
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-4000);
    });
    child.stdin?.on("error", () => undefined);
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => {
        const how = signal === null ? `exit code ${code}` : signal;
        resolve(`the lab's inner process ended (${how})${stderr === "" ? "" : `: ${stderr.trim()}`}`);
      });
    });
    return new Promise((resolve, reject) => {
      let sandbox: Sandbox | null = null;
      const lines = new LineSplitter((line) => {
        const reply = JSON.parse(line) as InnerReply;
        if (reply.kind === "ready") {
          // Without namespaces the folder is in the system's: an inner process that was killed could not remove it.
          const cleaned = ended.then((reason) => {
            if (isolation === "none") removeFolder(reply.folder);
            return reason;
          });
          sandbox = new Sandbox(isolation, child, reply.folder, cleaned);
          resolve(sandbox);
        } else if (sandbox !== null) sandbox.#deliver(reply);
      });
      child.stdout?.on("data", (chunk: Buffer) => lines.push(chunk));
      void ended.then((reason) => {
        if (sandbox === null)
          reject(
            new LabError("namespaces-forbidden", isolation === "none" ? reason : forbiddenMessage(stderr || reason)),
          );
      });
    });
  }

  /** Runs a command to its end in a host (null: the inner process's own namespace). Throws `command-failed` with its words. */
  async exec(host: string | null, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const reply = await this.#request({
      op: "exec",
      host,
      argv,
      input: options.input ?? "",
      env: options.env ?? {},
      timeoutMs: options.timeoutMs ?? 10_000,
    });
    if (reply.kind !== "exec") throw new LabError("command-failed", `unexpected reply ${reply.kind}`);
    const { result } = reply;
    if (result.code !== 0 && options.allowFailure !== true) {
      const words = (result.stderr || result.stdout).trim();
      const how = result.signal ?? `exit code ${result.code}`;
      throw new LabError("command-failed", `${argv.join(" ")} failed on ${host ?? "the lab"} (${how}): ${words}`);
    }
    return result;
  }

  /** Starts a long-lived command in a host. */
  async spawn(
    host: string | null,
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<LabProcess> {
    const id = this.#nextId;
    const reply = await this.#request({ op: "spawn", process: id, host, argv, env });
    const process = new LabProcess(
      reply.kind === "spawned" ? reply.pid : 0,
      async (signal) => void (await this.#request({ op: "signal", process: id, signal })),
      async (text) => void (await this.#request({ op: "stdin", process: id, text })),
    );
    this.#processes.set(id, process);
    for (const early of this.#early.get(id) ?? []) process.deliver(early);
    this.#early.delete(id);
    return process;
  }

  /**
   * The first words of a command that runs what follows them inside the lab, started by anybody who may enter it; it ends with the lab. Throws `unsupported`
   * without namespaces.
   */
  enterCommand(): readonly string[] {
    if (this.isolation === "none") throw new LabError("unsupported", "without namespaces there is nothing to enter");
    const inner = this.#innerPid();
    const user = this.isolation === "rootless" ? ["--user", "--preserve-credentials"] : [];
    return ["nsenter", "--target", inner, ...user, "--mount", "--net", "--pid"];
  }

  /** Path by which this process reads a file about a process of the lab, `pid` being its number there. */
  procPath(pid: number, file: string): string {
    const root = this.isolation === "none" ? "" : `/proc/${this.#innerPid()}/root`;
    return `${root}/proc/${pid}/${file}`;
  }

  /** Writes a file inside the lab; folders on the way are made. */
  async writeFile(path: string, text: string, mode = 0o644): Promise<void> {
    await this.#request({ op: "write", path, text, mode });
  }

  /** Reads a file inside the lab. */
  async readFile(path: string): Promise<string> {
    const reply = await this.#request({ op: "read", path });
    return reply.kind === "text" ? reply.text : "";
  }

  /** Ends the lab and waits until its processes are gone. Safe to call twice, and after an unwanted end. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.ended;
  }

  /** The inner process's number outside of the lab. setpriv becomes unshare, whose one child it is. */
  #innerPid(): string {
    const { pid = 0 } = this.#child;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  }

  #request(request: Unnumbered<InnerRequest>): Promise<InnerReply> {
    if (this.#endReason !== null) return Promise.reject(this.#endError());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ ...request, id })}\n`);
    });
  }

  #endError(): LabError {
    return new LabError("lab-ended", this.#endReason ?? "the lab has ended");
  }

  #deliver(reply: Exclude<InnerReply, { kind: "ready" }>): void {
    if (reply.kind === "line" || reply.kind === "exit") {
      const process = this.#processes.get(reply.process);
      if (process !== undefined) process.deliver(reply);
      else this.#early.set(reply.process, [...(this.#early.get(reply.process) ?? []), reply]);
      return;
    }
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.kind === "failed") pending?.reject(new LabError("command-failed", reply.message));
    else pending?.resolve(reply);
  }
}
