import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import type { Problem } from "../resources/problem.ts";
import { ClientFailure, refusal } from "./failure.ts";
import { socketFailure } from "./socket-problem.ts";

/** One question. */
export interface Question {
  readonly method?: "GET" | "PUT" | "POST" | "DELETE";
  /** `/v1/…`, each segment already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
  /** Beside those that every question has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the answer may take, milliseconds; 0: as long as it takes. Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Hears that the answer begins. */
  readonly onAnswer?: () => void;
}

const answerMs = 10_000;

/** Asks a daemon over its Unix socket. Every method rejects with a {@link ClientFailure} that says what is wrong and what to do. */
export class ControlClient {
  readonly socketPath: string;
  readonly #version: string;
  #daemonVersion: string | null = null;

  /** `version` is our own, to be compared with the daemon's. */
  constructor(socketPath: string, version: string) {
    this.socketPath = socketPath;
    this.#version = version;
  }

  /** A sentence when the daemon that answered is of another version; null when it is the same, or not known. */
  get mismatch(): string | null {
    if (this.#daemonVersion === null || this.#daemonVersion === this.#version) return null;
    return `The daemon is vipcast ${this.#daemonVersion} and this command is ${this.#version}: after an update restart the daemon (vipcast restart).`;
  }

  /** The answer as the object it is. */
  async ask<Answer>(question: Question): Promise<Answer> {
    const response = await this.#send(question, "application/json");
    return JSON.parse(await textOf(response, this.socketPath)) as Answer;
  }

  /** The answer piece by piece, as text, until it ends or `signal` aborts. */
  async *stream(
    question: Question,
    accept: "text/event-stream" | "application/x-ndjson",
  ): AsyncGenerator<string, void, void> {
    const response = await this.#send(question, accept);
    response.setEncoding("utf8");
    question.onAnswer?.();
    try {
      for await (const chunk of response) yield chunk as string;
    } catch (error) {
      if (question.signal?.aborted !== true) throw socketFailure(this.socketPath, error as NodeJS.ErrnoException);
    } finally {
      response.destroy();
    }
  }

  async #send(question: Question, accept: string): Promise<IncomingMessage> {
    const { method = "GET", path, query = {}, body, timeoutMs = answerMs, signal, headers = {} } = question;
    const text = body === undefined ? null : JSON.stringify(body);
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
    const asked = parameters.size === 0 ? path : `${path}?${parameters}`;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request({
        socketPath: this.socketPath,
        method,
        path: asked,
        headers: {
          ...headers,
          accept,
          host: "vipcast",
          ...(text === null
            ? {}
            : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
        },
        ...(signal === undefined ? {} : { signal }),
      });
      const timer =
        timeoutMs === 0
          ? null
          : setTimeout(() => {
              outgoing.destroy();
              reject(new ClientFailure(silence(this.socketPath, timeoutMs), { code: "ETIMEDOUT" }));
            }, timeoutMs);
      outgoing.on("response", (incoming) => {
        if (timer !== null) clearTimeout(timer);
        resolve(incoming);
      });
      outgoing.on("error", (error) => {
        if (timer !== null) clearTimeout(timer);
        reject(socketFailure(this.socketPath, error));
      });
      outgoing.end(text ?? undefined);
    });
    this.#daemonVersion = /^vipcast\/(\S+)/.exec(String(response.headers.server ?? ""))?.[1] ?? null;
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    throw this.#refused(await textOf(response, this.socketPath), statusCode, path);
  }

  #refused(text: string, status: number, path: string): ClientFailure {
    let problem: Problem | null = null;
    try {
      problem = JSON.parse(text) as Problem;
    } catch {
      // Not a daemon of ours, or something between us and it.
    }
    if (typeof problem?.detail !== "string")
      return new ClientFailure(
        `What listens on ${this.socketPath} answered ${status} and no reason: it is no vipcast daemon, or one of another version.`,
      );
    // An endpoint that is not there, as opposed to a thing that is not there.
    if ((problem.code === "not-found" || problem.code === "method-not-allowed") && this.mismatch !== null)
      return new ClientFailure(`${problem.detail}\n${this.mismatch}`, { problem });
    if (problem.code === "not-found")
      return new ClientFailure(`The daemon does not know ${path}: ${problem.detail}`, { problem });
    return refusal(problem);
  }
}

function silence(path: string, timeoutMs: number): string {
  return `The vipcast daemon at ${path} has not answered within ${timeoutMs / 1000} s: it may be stopped (SIGSTOP) or busy; see its log (journalctl -u vipcast).`;
}

async function textOf(response: IncomingMessage, path: string): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  try {
    for await (const chunk of response) text += chunk as string;
  } catch (error) {
    throw socketFailure(path, error as NodeJS.ErrnoException);
  }
  return text;
}
