import type { CheckInput, CheckTimingInput, OnFailure, VipInput, WhenUnhealthy } from "@vipcast/announcer";
import { DNS_TYPES, type DnsType, defaultTiming, parseCheck } from "@vipcast/announcer";
import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";
import type { ArgumentReader } from "../arguments/reader.ts";
import { didYouMean } from "../arguments/suggest.ts";
import { durationText, parseDuration, parseInteger } from "../values/numbers.ts";

/** What of a virtual IP is about health. */
export type HealthSettings = Pick<VipInput, "check" | "whenUnhealthy" | "lastNodeGuard" | "maintenanceFile">;

const dayMs = 86_400_000;

/** Options that mean nothing without a `--check`. */
const companions = [
  "interval",
  "fast-interval",
  "timeout",
  "rise",
  "fall",
  "grace",
  "on-failure",
  "when-unhealthy",
  "last-node-guard",
  "check-any",
  "check-status",
  "check-body",
  "check-header",
  "check-ca",
  "check-cert",
  "check-key",
  "check-insecure",
] as const;

/** Those that only an HTTP check understands; the last four only over TLS. */
const httpOnly = ["check-status", "check-body", "check-header"] as const;
const tlsOnly = ["check-ca", "check-cert", "check-key", "check-insecure"] as const;

type HttpOptions = Omit<Extract<CheckInput, { http: string }>, "http" | keyof CheckTimingInput>;

/** Reads `--check` and what goes with it. */
export function readChecks(reader: ArgumentReader): HealthSettings {
  const checks = reader.many("check", parseTarget);
  const whenUnhealthy = reader.one("when-unhealthy", parseWhenUnhealthy, null);
  const maintenanceFile = reader.one(
    "maintenance",
    (text) => parseMaintenance(text, "--maintenance /run/vipcast/maintenance"),
    null,
  );
  const timing = readTiming(reader);
  const [http, tls] = [readHttp(reader), readTls(reader)];
  const health: HealthSettings = {
    ...(whenUnhealthy === null ? {} : { whenUnhealthy }),
    ...(reader.has("last-node-guard") ? { lastNodeGuard: true } : {}),
    ...(maintenanceFile === null ? {} : { maintenanceFile }),
  };
  if (!reader.has("check")) {
    for (const name of companions)
      if (reader.has(name))
        reader.report(`--${name}`, "says how to check, and nothing is checked", "add --check, or leave it out");
    return health;
  }
  const isHttp = checks.some((check) => "http" in check);
  const isTls = checks.some((check) => "http" in check && check.http.startsWith("https:"));
  for (const name of httpOnly)
    if (reader.has(name) && !isHttp && checks.length > 0)
      reader.report(`--${name}`, "is for http:// and https:// checks, and there is none", "leave it out");
  for (const name of tlsOnly)
    if (reader.has(name) && !isTls && checks.length > 0)
      reader.report(`--${name}`, "is for https:// checks, and there is none", "leave it out");
  const all = checks.map((check): CheckInput => {
    if (!("http" in check)) return check;
    return { ...check, ...http, ...(check.http.startsWith("https:") ? tls : {}) };
  });
  const onFailure = reader.one("on-failure", parseOnFailure, null);
  const failing = onFailure === null ? all : all.map((check) => ({ ...check, onFailure }));
  if (failing.length === 0) return health;
  return { ...health, check: reader.has("check-any") ? { any: failing, ...timing } : { all: failing, ...timing } };
}

function readTiming(reader: ArgumentReader): CheckTimingInput {
  const time = (name: string, min: number, example: string): number | null =>
    reader.one(name, (text) => parseDuration(text, min, dayMs, example), null);
  const count = (name: string): number | null =>
    reader.one(name, (text) => parseInteger(text, 1, 100, `the number of results in a row`, `--${name} 3`), null);
  const intervalMs = time("interval", 10, "--interval 1");
  const fastIntervalMs = time("fast-interval", 10, "--fast-interval 0.2");
  const timeoutMs = time("timeout", 1, "--timeout 0.5");
  const graceMs = time("grace", 0, "--grace 30");
  const [rise, fall] = [count("rise"), count("fall")];
  const everyMs = intervalMs ?? defaultTiming.intervalMs;
  for (const [name, ms] of [
    ["timeout", timeoutMs],
    ["fast-interval", fastIntervalMs],
  ] as const)
    if (ms !== null && ms > everyMs)
      reader.report(
        `--${name} ${durationText(ms)}`,
        `is longer than the interval, which is ${durationText(everyMs)}${intervalMs === null ? " by default" : ""}`,
        `write at most ${durationText(everyMs)}, or --interval ${durationText(ms)}`,
      );
  return {
    ...(intervalMs === null ? {} : { intervalMs }),
    ...(fastIntervalMs === null || fastIntervalMs > everyMs ? {} : { fastIntervalMs }),
    ...(timeoutMs === null || timeoutMs > everyMs ? {} : { timeoutMs }),
    ...(graceMs === null ? {} : { graceMs }),
    ...(rise === null ? {} : { rise }),
    ...(fall === null ? {} : { fall }),
  };
}

function readHttp(reader: ArgumentReader): HttpOptions {
  const status = reader.one("check-status", parseStatus, null);
  const bodyContains = reader.one("check-body", (text) => accept(text), null);
  const headers = Object.fromEntries(reader.many("check-header", parseHeader, true));
  return {
    ...(status === null ? {} : { status }),
    ...(bodyContains === null ? {} : { bodyContains }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
}

function readTls(reader: ArgumentReader): HttpOptions {
  const file = (name: string): string | null => reader.one(name, (text) => parseFile(text, name), null);
  const [caFile, certFile, keyFile] = [file("check-ca"), file("check-cert"), file("check-key")];
  const insecure = reader.has("check-insecure");
  if (reader.has("check-cert") !== reader.has("check-key"))
    reader.report(
      reader.has("check-cert") ? "--check-cert" : "--check-key",
      "is one half of a client certificate",
      "give both --check-cert and --check-key",
    );
  if (insecure && caFile !== null)
    reader.report("--check-insecure --check-ca", "exclude each other: any certificate is accepted", "keep one of them");
  return {
    ...(caFile === null || insecure ? {} : { caFile }),
    ...(certFile === null || keyFile === null ? {} : { certFile, keyFile }),
    ...(insecure ? { insecure } : {}),
  };
}

const targets: Record<string, readonly [rule: string, remedy: string]> = {
  tcp: ["is tcp:// with a host and a port", "write for example --check tcp://127.0.0.1:6443"],
  http: [
    "is a URL without user name and password",
    "write for example --check https://127.0.0.1:6443/readyz; what it must send goes into --check-header",
  ],
  exec: [
    "is exec: with a program and its arguments, no shell",
    "write for example --check 'exec:/usr/local/bin/ready --quick'",
  ],
  icmp: ["is icmp:// with an address", "write for example --check icmp://10.0.0.254"],
  dns: [
    `is dns:// with a server's address and a name, and may have type (${DNS_TYPES.join(", ")}) and expect behind it`,
    "write for example --check 'dns://10.0.0.53/example.org?type=A&expect=192.0.2.1'",
  ],
};

const schemes = ["tcp://", "http://", "https://", "exec:", "icmp://", "dns://"];

/** `tcp://H:P`, a URL, `exec:CMD`, `icmp://ADDR`, `dns://SERVER/NAME?type=T&expect=A`. */
function parseTarget(text: string): Parsed<CheckInput> {
  const scheme = /^(?:(tcp|https?|icmp|dns):\/\/|(exec):)/.exec(text);
  const kind = scheme?.[1] ?? scheme?.[2];
  if (scheme === null || kind === undefined)
    return refuse(
      `begins with one of ${schemes.join(", ")}`,
      /^\S+:\d+$/.test(text) ? `write --check tcp://${text}` : "write for example --check tcp://127.0.0.1:6443",
    );
  const [rule, remedy] = targets[kind === "https" ? "http" : kind]!;
  const input = inputOf(kind, text, text.slice(scheme[0].length));
  // Any address will do for {vip}: it is only seen whether one can stand there.
  return input !== null && parseCheck(input, "192.0.2.1").ok ? accept(input) : refuse(rule, remedy);
}

function inputOf(kind: string, text: string, rest: string): CheckInput | null {
  switch (kind) {
    case "tcp":
      return { tcp: rest };
    case "exec":
      return { exec: rest };
    case "icmp":
      return { icmp: /^\[(.*)\]$/.exec(rest)?.[1] ?? rest };
    case "dns":
      return dnsOf(rest);
    default:
      return { http: text };
  }
}

function dnsOf(rest: string): CheckInput | null {
  const [, dns = "", name = "", query = ""] = /^([^/?]+)\/([^/?]+)(?:\?(.*))?$/.exec(rest) ?? [];
  const parameters = new URLSearchParams(query);
  if ([...parameters.keys()].some((key) => key !== "type" && key !== "expect")) return null;
  const type = parameters.get("type")?.toUpperCase() as DnsType | undefined;
  const expect = parameters.getAll("expect");
  return { dns, name, ...(type === undefined ? {} : { type }), ...(expect.length === 0 ? {} : { expect }) };
}

function parseStatus(text: string): Parsed<string> {
  return parseCheck({ http: "http://192.0.2.1/", status: text }).ok
    ? accept(text)
    : refuse("is a list of status codes and ranges of them", "write for example --check-status 200-299,304");
}

function parseHeader(text: string): Parsed<readonly [string, string]> {
  const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/s.exec(text) ?? [];
  return name !== "" && parseCheck({ http: "http://192.0.2.1/", headers: { [name]: value } }).ok
    ? accept([name, value])
    : refuse("is a name, a colon and a value", "write for example --check-header 'Host: api.example.org'");
}

function parseFile(text: string, name: string): Parsed<string> {
  return text === ""
    ? refuse("is the path of a PEM file", `write for example --${name} /etc/ssl/${name}.pem`)
    : accept(text);
}

function parseOnFailure(text: string): Parsed<OnFailure> {
  const names = ["withdraw", "degrade"] as const;
  const found = names.find((name) => name === text);
  return found === undefined ? refuse("is neither withdraw nor degrade", didYouMean(text, names)) : accept(found);
}

function parseWhenUnhealthy(text: string): Parsed<WhenUnhealthy> {
  const names = ["keep-bound", "unbind"] as const;
  const found = names.find((name) => name === text);
  return found === undefined ? refuse("is neither keep-bound nor unbind", didYouMean(text, names)) : accept(found);
}

/** The absolute path of a file; `example` is the end of the remedy. */
export function parseMaintenance(text: string, example: string): Parsed<string> {
  return /^\/[^\0]*[^/\0]$/.test(text)
    ? accept(text)
    : refuse("is the absolute path of a file", `write for example ${example}`);
}
