import { DNS_TYPES, defaultTiming } from "@vipcast/announcer";
import { z } from "zod";
import { accept } from "../../arguments/problem.ts";
import { durationText } from "../../values/numbers.ts";
import { field, list, section, table } from "./field.ts";
import { duration, flag, integer, oneOf, path, text } from "./scalars.ts";

const dayMs = 86_400_000;

/** What makes a check what it is: exactly one of these keys stands in it. */
export const CHECK_KINDS = ["tcp", "http", "exec", "icmp", "dns", "all", "any"] as const;

const timing = {
  interval: duration(
    { description: "from one check to the next", default: durationText(defaultTiming.intervalMs) },
    10,
    dayMs,
    1000,
  ).optional(),
  fastInterval: duration(
    {
      description: "the interval before the first verdict and while results differ from it (default: interval)",
    },
    10,
    dayMs,
    200,
  ).optional(),
  timeout: duration(
    {
      description: "an answer that comes later is none; at most interval",
      default: durationText(defaultTiming.timeoutMs),
    },
    1,
    dayMs,
    500,
  ).optional(),
  rise: integer(
    { description: "successes in a row that make it healthy", default: defaultTiming.rise },
    1,
    100,
    "the number of results in a row",
    2,
  ).optional(),
  fall: integer(
    { description: "failures in a row that make it unhealthy", default: defaultTiming.fall },
    1,
    100,
    "the number of results in a row",
    3,
  ).optional(),
  grace: duration(
    { description: "from the first start, before the first verdict, failures do not count for so long", default: "0s" },
    0,
    dayMs,
    30_000,
  ).optional(),
};

const http = {
  method: oneOf({ description: "http: the method", default: "GET" }, ["GET", "HEAD", "OPTIONS"]).optional(),
  status: text({ description: "http: accepted status codes and ranges", default: "200-299" }).optional(),
  bodyContains: text({ description: "http: text that must be in the body (default: any)" }).optional(),
  bodyMatches: text({
    description: "http: regular expression that the body must match (default: any)",
  }).optional(),
  headers: table(
    "http: headers of the request, Host included; the values are never shown",
    field({ description: "the value of a header", secret: true }, accept),
  ).optional(),
  serverName: text({ description: "https: name for SNI and the certificate (default: the URL's)" }).optional(),
  caFile: path({
    description: "https: certificate authority, PEM (default: the system's)",
    examples: ["/etc/ssl/ca.pem"],
  }).optional(),
  certFile: path({ description: "https: client certificate, PEM", examples: ["/etc/ssl/client.pem"] }).optional(),
  keyFile: path({ description: "https: its key, PEM", examples: ["/etc/ssl/client.key"] }).optional(),
  insecure: flag({ description: "https: accept any certificate", default: false }).optional(),
  redirects: integer(
    { description: "http: redirects to follow", default: 0 },
    0,
    10,
    "the number of redirects to follow",
    3,
  ).optional(),
  maxBodyBytes: integer(
    { description: "http: octets of the body that are looked at", default: 65_536 },
    0,
    1_048_576,
    "the number of octets of the body",
    4096,
  ).optional(),
};

/** A check as written. Which keys go with which kind, the announcer knows. */
export interface CheckEntryInput
  extends z.output<z.ZodObject<typeof timing, z.core.$strict>>,
    z.output<z.ZodObject<typeof http, z.core.$strict>> {
  readonly tcp?: string | undefined;
  readonly http?: string | undefined;
  readonly exec?: readonly string[] | undefined;
  readonly icmp?: string | undefined;
  readonly dns?: string | undefined;
  readonly all?: readonly CheckEntryInput[] | undefined;
  readonly any?: readonly CheckEntryInput[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly expect?: readonly string[] | undefined;
  readonly onFailure?: "withdraw" | "degrade" | undefined;
}

const member: z.ZodType<CheckEntryInput> = z.lazy(() => checkSchema);

/** One check, or a group of them. What its values may be together is the announcer's affair; here only their form is checked. */
export const checkSchema: z.ZodType<CheckEntryInput> = section(
  "what must be healthy: exactly one of tcp, http, exec, icmp, dns, all and any, and how; {vip} in a target is the address",
  {
    tcp: text({ description: "a TCP connection to host and port", examples: ["127.0.0.1:6443"] }).optional(),
    http: text({
      description: "a request to a URL, over a new connection each time",
      examples: ["https://127.0.0.1:6443/readyz"],
    }).optional(),
    exec: list(
      "a program and its arguments, without a shell; exit code 0 is success",
      text({ description: "the program, or an argument", examples: ["/usr/local/bin/ready"] }),
    ).optional(),
    icmp: text({ description: "an echo request to a gateway", examples: ["10.0.0.254"] }).optional(),
    dns: text({
      description: "a question to a DNS server, its port where it is not 53",
      examples: ["10.0.0.53"],
    }).optional(),
    all: list("a group that is healthy when every check in it is; its times hold for them too", member).optional(),
    any: list("a group that is as healthy as the best in it; its times hold for them too", member).optional(),
    ...timing,
    onFailure: oneOf(
      {
        description:
          "what a failure does: withdraw the route, or degrade it to the worst preference (default: withdraw, for icmp degrade)",
      },
      ["withdraw", "degrade"],
    ).optional(),
    ...http,
    env: table(
      "exec: variables added to the environment",
      field({ description: "the value of a variable", secret: true }, accept),
    ).optional(),
    name: text({ description: "dns: the name to ask for", examples: ["example.org"] }).optional(),
    type: oneOf({ description: "dns: the type of record to ask for", default: "A" }, DNS_TYPES).optional(),
    expect: list(
      "dns: answers of which one must come (default: any answer)",
      text({ description: "an answer", examples: ["192.0.2.1"] }),
    ).optional(),
  },
).meta({ id: "check" });
