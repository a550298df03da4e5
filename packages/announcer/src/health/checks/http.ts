import type { ClientRequest, IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import type { HttpProbe, ProbeOutcome } from "../probe.ts";
import { aborted, failed, oneLine, printable } from "./outcome.ts";

/** How much of a body is kept for `explain` when an answer is not what it should be. */
const EXCERPT_CHARACTERS = 500;

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** Asks over a new connection, follows redirects where that was asked for, and compares the answer. */
export async function checkHttp(probe: HttpProbe, signal: AbortSignal): Promise<ProbeOutcome> {
  return (await askHttp(probe, signal)).outcome;
}

/** As {@link checkHttp}, for the body of the answer. */
export async function askHttp(
  probe: HttpProbe,
  signal: AbortSignal,
): Promise<{ readonly outcome: ProbeOutcome; readonly body: string }> {
  const without = (outcome: ProbeOutcome): { outcome: ProbeOutcome; body: string } => ({ outcome, body: "" });
  let url = new URL(probe.url);
  try {
    const tls = await tlsOptions(probe);
    for (let redirects = 0; ; redirects++) {
      if (signal.aborted) return without(aborted);
      const answer = await ask(probe, url, tls, signal);
      if (answer === null) return without(aborted);
      const next = redirects < probe.redirects ? redirectOf(answer, url) : null;
      if (next === null) return { outcome: compare(probe, answer), body: answer.body };
      url = next;
    }
  } catch (error) {
    return without(signal.aborted ? aborted : failed(error));
  }
}

/** Files are read each time: certificates are rotated. */
async function tlsOptions(probe: HttpProbe): Promise<RequestOptions> {
  const { caFile, certFile, keyFile, serverName, insecure } = probe;
  if (!probe.url.startsWith("https:") && probe.redirects === 0) return {};
  const { readFile } = await import("node:fs/promises");
  const read = (path: string | null): Promise<Buffer | undefined> =>
    path === null ? Promise.resolve(undefined) : readFile(path);
  const [ca, cert, key] = await Promise.all([read(caFile), read(certFile), read(keyFile)]);
  return {
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === null ? {} : { servername: serverName }),
  };
}

/** What another host may see: neither who we are, nor the name of the first target. */
function forOthers({ cert: _cert, key: _key, servername: _servername, ...rest }: RequestOptions): RequestOptions {
  return rest;
}

function redirectOf({ status, location }: Answer, url: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  const next = new URL(location, url);
  if (next.protocol !== "http:" && next.protocol !== "https:") throw new Error(`redirected to ${next.protocol}`);
  if (url.protocol === "https:" && next.protocol === "http:")
    throw new Error(`redirected from https to ${next.origin}, which is not protected`);
  return next;
}

/** Null when the signal came first. */
async function ask(probe: HttpProbe, url: URL, tls: RequestOptions, signal: AbortSignal): Promise<Answer | null> {
  const secure = url.protocol === "https:";
  const { request } = secure ? await import("node:https") : await import("node:http");
  const target = new URL(probe.url);
  // Headers may hold secrets and the Host of the first target: only that one is given them.
  const headers = url.host === target.host ? probe.headers : {};
  const shown = url.origin === target.origin ? tls : forOthers(tls);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      asked.destroy();
      resolve(null);
    };
    const asked: ClientRequest = request(url, {
      ...(secure ? shown : {}),
      method: probe.method,
      headers: { "user-agent": "vipcast", accept: "*/*", ...headers, connection: "close" },
      agent: false,
      // Large enough for anything reasonable, and bounded.
      maxHeaderSize: 32_768,
    });
    signal.addEventListener("abort", onAbort, { once: true });
    const end = (): void => {
      signal.removeEventListener("abort", onAbort);
      asked.destroy();
    };
    asked.on("error", (error) => {
      end();
      reject(error);
    });
    // RFC 9110 §15.2.2: the final answer, of no use but to whoever accepts it. Other 1xx only announce one.
    asked.on("upgrade", (response) => {
      end();
      resolve({ status: response.statusCode ?? 0, location: undefined, body: "" });
    });
    asked.on("close", () => {
      end();
      reject(new Error("the connection was closed before an answer"));
    });
    asked.on("response", (response) => {
      readBody(response, probe.maxBodyBytes).then(
        (body) => {
          end();
          resolve({ status: response.statusCode ?? 0, location: response.headers.location, body });
        },
        (error) => {
          end();
          reject(error);
        },
      );
    });
    asked.end();
  });
}

/** As much of the body as is looked at; what comes after that is not waited for. */
function readBody(response: IncomingMessage, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const done = (): void => resolve(Buffer.concat(chunks).subarray(0, limit).toString("utf8"));
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= limit) done();
    });
    response.on("end", done);
    response.on("error", reject);
    response.on("close", () => reject(new Error("the connection was closed in the middle of the answer")));
    if (limit === 0) done();
  });
}

function compare(probe: HttpProbe, { status, body }: Answer): ProbeOutcome {
  const excerpt = printable(body).trim().slice(0, EXCERPT_CHARACTERS);
  const output = excerpt === "" ? {} : { output: excerpt };
  if (!probe.status.some(([first, last]) => status >= first && status <= last))
    return { ok: false, detail: `status ${status} is not among ${statusText(probe)}`, ...output };
  const { bodyContains, bodyMatches } = probe;
  if (bodyContains !== null && !body.includes(bodyContains))
    return {
      ok: false,
      detail: `status ${status}, and the body does not contain "${oneLine(bodyContains)}"`,
      ...output,
    };
  if (bodyMatches !== null && !new RegExp(bodyMatches, "u").test(body))
    return { ok: false, detail: `status ${status}, and the body does not match /${oneLine(bodyMatches)}/`, ...output };
  return { ok: true, detail: `status ${status}` };
}

function statusText({ status }: HttpProbe): string {
  return status.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}
