import { parseAddress, withoutZone } from "../intent/address.ts";
import type { DnsCheckInput, ExecCheckInput, HttpCheckInput, IcmpCheckInput, TcpCheckInput } from "./check.ts";
import { DNS_TYPES, type DnsProbe, type ExecProbe, type HttpProbe, type IcmpProbe, type TcpProbe } from "./probe.ts";
import { splitWords } from "./words.ts";

/** What the parsers of probes need to know. */
export interface ProbeScope {
  /** Stands for `{vip}`; null where no VIP is known. */
  readonly address: string | null;
  /** How sentences name the check: `check`, `check.all[1]`. */
  readonly where: string;
  readonly problems: string[];
}

/** A probe with its name for people; null when a problem was noted. */
export type Named<P> = { readonly name: string; readonly probe: P } | null;

/** `H:P`, `[v6]:P` or, with a default port, `H`. */
function endpoint(text: string, defaultPort: number | null): { host: string; port: number } | null {
  const match = /^(?:\[([^\]]+)\]|([^:\s/[\]@]+))(?::(\d{1,5}))?$/.exec(text);
  const bare = match === null && text.includes(":") && parseAddress(withoutZone(text)) !== null ? text : undefined;
  const host = match?.[1] ?? match?.[2] ?? (defaultPort === null ? undefined : bare);
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || port === null || port < 1 || port > 65535) return null;
  if (match?.[1] !== undefined && parseAddress(withoutZone(host)) === null) return null;
  return { host, port };
}

/** `{vip}` replaced; in brackets where a port or path may follow. */
function withVip(text: string, { address }: ProbeScope, brackets: boolean): string {
  if (address === null) return text;
  return text.replaceAll("{vip}", brackets && address.includes(":") ? `[${address}]` : address);
}

function note(scope: ProbeScope, field: string, value: unknown, rule: string): null {
  // Who a URL logs in as does not belong into messages.
  const shown = typeof value === "string" ? value.replace(/(^|\/\/)[^\s/?#]*@/, "$1***@") : value;
  scope.problems.push(`${scope.where}.${field} is ${JSON.stringify(shown)}: ${rule}`);
  return null;
}

function shownEndpoint({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

export function parseTcp(input: TcpCheckInput, scope: ProbeScope): Named<TcpProbe> {
  const found = endpoint(withVip(String(input.tcp), scope, true), null);
  if (found === null)
    return note(scope, "tcp", input.tcp, "write a host and a port, such as 127.0.0.1:6443 or [2001:db8::1]:443");
  return { name: `tcp://${shownEndpoint(found)}`, probe: { kind: "tcp", ...found } };
}

/** `200-299,304` */
export function parseStatus(text: string): readonly (readonly [number, number])[] | null {
  const ranges: (readonly [number, number])[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*([1-5]\d\d)\s*(?:-\s*([1-5]\d\d)\s*)?$/.exec(part);
    if (match === null) return null;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last < first) return null;
    ranges.push([first, last]);
  }
  return ranges.sort((a, b) => a[0] - b[0]);
}

function parseUrl(text: string): URL | null {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

function headersOf(input: HttpCheckInput, scope: ProbeScope): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.headers ?? {})) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
      note(scope, "headers", name, "write the name of an HTTP header, such as Host");
    } else if (typeof value !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      scope.problems.push(
        `${scope.where}.headers.${name} has characters that no header may have: write one line of text`,
      );
    } else if (["connection", "content-length", "transfer-encoding", "upgrade"].includes(name.toLowerCase())) {
      note(scope, "headers", name, "this header is the connection's own: leave it out");
    } else headers[name.toLowerCase()] = withVip(value, scope, true);
  }
  return headers;
}

export function parseHttp(input: HttpCheckInput, scope: ProbeScope): Named<HttpProbe> {
  const { problems } = scope;
  const before = problems.length;
  const url = parseUrl(withVip(String(input.http), scope, true));
  if (url === null)
    return note(
      scope,
      "http",
      input.http,
      "write a URL that begins with http:// or https://, such as https://127.0.0.1:6443/readyz",
    );
  if (url.username !== "" || url.password !== "") {
    problems.push(
      `${scope.where}.http has a user name or password in it, which would be shown: leave them out of the URL and write an authorization header`,
    );
    return null;
  }
  url.hash = "";
  const status = parseStatus(input.status ?? "200-299");
  if (status === null)
    note(scope, "status", input.status, "write status codes and ranges of them, such as 200-299,304");
  const method = input.method ?? "GET";
  if (!["GET", "HEAD", "OPTIONS"].includes(method)) note(scope, "method", method, "write GET, HEAD or OPTIONS");
  if (method === "HEAD" && (input.bodyContains !== undefined || input.bodyMatches !== undefined))
    problems.push(`${scope.where}: an answer to HEAD has no body to look at: write GET, or leave the body out`);
  const bodyMatches = input.bodyMatches ?? null;
  if (bodyMatches !== null && !isPattern(bodyMatches))
    note(scope, "bodyMatches", bodyMatches, "write a regular expression, or bodyContains for a plain text");
  const tls = url.protocol === "https:";
  for (const field of ["caFile", "certFile", "keyFile", "serverName"] as const) {
    const value = input[field];
    if (value === undefined) continue;
    if (typeof value !== "string" || value === "")
      note(scope, field, value, "write a text that is not empty, or leave it out");
    else if (!tls) note(scope, field, value, "only https:// has certificates: leave it out, or write https://");
  }
  if ((input.certFile === undefined) !== (input.keyFile === undefined))
    problems.push(`${scope.where} has only one of certFile and keyFile: write both, or neither`);
  if (input.insecure === true && input.caFile !== undefined)
    problems.push(
      `${scope.where}.insecure accepts any certificate, so that caFile means nothing: leave one of them out`,
    );
  const redirects = integer(input.redirects, "redirects", 0, 10, 0, scope);
  const maxBodyBytes = integer(input.maxBodyBytes, "maxBodyBytes", 0, 1_048_576, 65_536, scope);
  const headers = headersOf(input, scope);
  if (problems.length > before || status === null) return null;
  const probe: HttpProbe = {
    kind: "http",
    url: url.href,
    method,
    status,
    bodyContains: input.bodyContains ?? null,
    bodyMatches,
    headers,
    serverName: input.serverName ?? null,
    caFile: input.caFile ?? null,
    certFile: input.certFile ?? null,
    keyFile: input.keyFile ?? null,
    insecure: input.insecure === true,
    redirects,
    maxBodyBytes,
  };
  // Questions may hold a token, and the name of a check is seen in logs.
  return { name: url.search === "" ? url.href : `${url.href.slice(0, -url.search.length)}?***`, probe };
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

function integer(
  value: number | undefined,
  field: string,
  min: number,
  max: number,
  fallback: number,
  scope: ProbeScope,
): number {
  if (value === undefined) return fallback;
  if (!Number.isInteger(value) || value < min || value > max)
    note(scope, field, value, `write a whole number ${min}..${max}`);
  return value;
}

export function parseExec(input: ExecCheckInput, scope: ProbeScope): Named<ExecProbe> {
  const words = typeof input.exec === "string" ? splitWords(input.exec) : input.exec;
  if (words === null) return note(scope, "exec", input.exec, "a quote or backslash at its end is left open: close it");
  const [file, ...args] = Array.isArray(words) ? (words as readonly unknown[]) : [];
  if (typeof file !== "string" || file === "" || !args.every((arg) => typeof arg === "string"))
    return note(
      scope,
      "exec",
      input.exec,
      'write a program and its arguments, such as ["/usr/local/bin/ready", "--quick"]',
    );
  if ([file, ...args].some((word) => (word as string).includes("\0")))
    return note(scope, "exec", input.exec, "a NUL character cannot be part of an argument: leave it out");
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.env ?? {})) {
    if (!/^[^=\0]+$/.test(name) || typeof value !== "string" || value.includes("\0"))
      return note(scope, "env", name, "write a name without = and a text");
    env[name] = value;
  }
  return { name: `exec:${[file, ...args].join(" ")}`, probe: { kind: "exec", file, args: args as string[], env } };
}

export function parseIcmp(input: IcmpCheckInput, scope: ProbeScope): Named<IcmpProbe> {
  const text = withVip(String(input.icmp), scope, false);
  const address = parseAddress(withoutZone(text));
  if (address === null) return note(scope, "icmp", input.icmp, "write the address of a gateway, such as 10.0.0.254");
  const zone = text.includes("%") ? text.slice(text.indexOf("%")) : "";
  return { name: `icmp://${address}${zone}`, probe: { kind: "icmp", address: `${address}${zone}` } };
}

export function parseDns(input: DnsCheckInput, scope: ProbeScope): Named<DnsProbe> {
  const server = endpoint(withVip(String(input.dns), scope, true), 53);
  if (server === null || parseAddress(withoutZone(server.host)) === null)
    return note(
      scope,
      "dns",
      input.dns,
      "write the address of a DNS server, with a port where it is not 53, such as 10.0.0.53 or [::1]:5353",
    );
  const { name, type = "A", expect = [] } = input;
  if (typeof name !== "string" || !/^[^\s]{1,255}$/.test(name))
    return note(scope, "name", name, "write the name to ask for, such as example.org");
  if (!DNS_TYPES.includes(type)) return note(scope, "type", type, `write one of ${DNS_TYPES.join(", ")}`);
  if (!Array.isArray(expect) || !expect.every((one) => typeof one === "string"))
    return note(scope, "expect", expect, "write a list of answers, such as [192.0.2.1], or leave it out");
  const probe: DnsProbe = { kind: "dns", server: server.host, port: server.port, name, type, expect };
  return { name: `dns://${shownEndpoint(server)}/${name}?type=${type}`, probe };
}
