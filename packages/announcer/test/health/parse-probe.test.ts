import { describe, expect, it } from "vitest";
import type { HttpCheckInput } from "../../src/health/check.ts";
import {
  type Named,
  parseDns,
  parseExec,
  parseHttp,
  parseIcmp,
  parseStatus,
  parseTcp,
} from "../../src/health/parse-probe.ts";

/** What a parser makes of its input, or the one problem that it notes. */
function read<I, P>(
  parse: (input: I, scope: { address: string | null; where: string; problems: string[] }) => Named<P>,
  input: I,
  address: string | null = null,
): P | string {
  const problems: string[] = [];
  const named = parse(input, { address, where: "check", problems });
  if (named !== null && problems.length === 0) return named.probe;
  return problems.join("\n");
}

describe("an endpoint", () => {
  it.each<[string, { host: string; port: number }]>([
    ["127.0.0.1:6443", { host: "127.0.0.1", port: 6443 }],
    ["api.example.org:443", { host: "api.example.org", port: 443 }],
    ["[2001:db8::1]:1", { host: "2001:db8::1", port: 1 }],
    ["[fe80::1%eth0]:65535", { host: "fe80::1%eth0", port: 65535 }],
  ])("%s is host and port", (tcp, endpoint) => {
    expect(read(parseTcp, { tcp })).toEqual({ kind: "tcp", ...endpoint });
  });

  it.each([
    "127.0.0.1",
    "2001:db8::1:80",
    "[2001:db8::1]",
    "[nonsense]:80",
    ":80",
    "a:0",
    "a:65536",
    "a:b",
    "a b:80",
    "",
  ])("%j is none, and the message says how to write one", (tcp) => {
    expect(read(parseTcp, { tcp })).toBe(
      `check.tcp is ${JSON.stringify(tcp)}: write a host and a port, such as 127.0.0.1:6443 or [2001:db8::1]:443`,
    );
  });

  it("has brackets around a VIP of IPv6 where a port may follow, and none elsewhere", () => {
    expect(read(parseTcp, { tcp: "{vip}:80" }, "2001:db8::1")).toEqual({ kind: "tcp", host: "2001:db8::1", port: 80 });
    expect(read(parseIcmp, { icmp: "{vip}" }, "2001:db8::1")).toEqual({ kind: "icmp", address: "2001:db8::1" });
    expect(read(parseDns, { dns: "{vip}", name: "a" }, "2001:db8::1")).toMatchObject({
      server: "2001:db8::1",
      port: 53,
    });
    expect(read(parseTcp, { tcp: "{vip}:80" })).toEqual({ kind: "tcp", host: "{vip}", port: 80 });
  });
});

describe("a status", () => {
  it("is codes and ranges, ascending", () => {
    expect(parseStatus("404, 200-299 ,301 - 302")).toEqual([
      [200, 299],
      [301, 302],
      [404, 404],
    ]);
  });

  it.each(["", "200-", "299-200", "600", "99", "2xx", "200,,201"])("%j is none", (text) => {
    expect(parseStatus(text)).toBeNull();
  });
});

describe("an HTTP probe", () => {
  const url = "https://127.0.0.1:6443/readyz";

  it.each<[string, HttpCheckInput, string]>([
    [
      "another protocol",
      { http: "ftp://a/" },
      'check.http is "ftp://a/": write a URL that begins with http:// or https://',
    ],
    [
      "what is no method of a check",
      { http: url, method: "POST" as "GET" },
      'check.method is "POST": write GET, HEAD or OPTIONS',
    ],
    [
      "a body that HEAD does not have",
      { http: url, method: "HEAD", bodyContains: "ok" },
      "an answer to HEAD has no body to look at",
    ],
    ["a pattern that is none", { http: url, bodyMatches: "(" }, 'check.bodyMatches is "(": write a regular expression'],
    ["certificates without TLS", { http: "http://a/", caFile: "/ca" }, "only https:// has certificates"],
    ["a certificate without key", { http: url, certFile: "/crt" }, "check has only one of certFile and keyFile"],
    ["a CA that means nothing", { http: url, insecure: true, caFile: "/ca" }, "leave one of them out"],
    ["too many redirects", { http: url, redirects: 11 }, "check.redirects is 11: write a whole number 0..10"],
    [
      "a header of the connection's own",
      { http: url, headers: { Connection: "close" } },
      "this header is the connection's own",
    ],
    [
      "a header that ends the line",
      { http: url, headers: { "X-A": "a\r\nX-B: b" } },
      "has characters that no header may have",
    ],
    [
      "a name that is no header's",
      { http: url, headers: { "X A": "a" } },
      "write the name of an HTTP header, such as Host",
    ],
  ])("is not made of %s", (_what, input, words) => {
    expect(read(parseHttp, input)).toContain(words);
  });

  it("keeps who it logs in as, and what it asks, out of names and messages", () => {
    const problems: string[] = [];
    const scope = { address: null, where: "check", problems };
    expect(parseHttp({ http: "https://root:hunter2@127.0.0.1/" }, scope)).toBeNull();
    expect(parseHttp({ http: "htps://root:hunter2@127.0.0.1/" }, scope)).toBeNull();
    expect(problems.join()).not.toContain("hunter2");
    const named = parseHttp({ http: "https://127.0.0.1/ready?token=hunter2#x" }, { ...scope, problems: [] });
    expect(named).toMatchObject({
      name: "https://127.0.0.1/ready?***",
      probe: { url: "https://127.0.0.1/ready?token=hunter2" },
    });
  });

  it("says everything that is wrong with it at once", () => {
    const said = read(parseHttp, { http: url, status: "x", redirects: -1, maxBodyBytes: 0.5, serverName: "" });
    expect(String(said).split("\n")).toHaveLength(4);
  });
});

describe("a program", () => {
  it("is words, of a line or a list, with its own environment", () => {
    expect(read(parseExec, { exec: "/bin/ready 'a b'", env: { MODE: "quick" } })).toEqual({
      kind: "exec",
      file: "/bin/ready",
      args: ["a b"],
      env: { MODE: "quick" },
    });
  });

  it.each<[unknown, string]>([
    [{ exec: "'open" }, "is left open"],
    [{ exec: [] }, "write a program and its arguments"],
    [{ exec: ["/bin/ready", 7] }, "write a program and its arguments"],
    [{ exec: ["/bin/re\0ady"] }, "NUL"],
    [{ exec: "/bin/ready", env: { "A=B": "c" } }, "write a name without ="],
    [{ exec: "/bin/ready", env: { A: "\0" } }, "write a name without ="],
  ])("%j is none", (input, words) => {
    expect(read(parseExec, input as { exec: string })).toContain(words);
  });
});

it("a gateway is an address, with its zone", () => {
  expect(read(parseIcmp, { icmp: "FE80::1%eth0" })).toEqual({ kind: "icmp", address: "fe80::1%eth0" });
  expect(read(parseIcmp, { icmp: "gateway" })).toContain("write the address of a gateway");
});

describe("a question to a DNS server", () => {
  it("goes to an address, at port 53 unless another is written, for an A record unless another type is", () => {
    expect(read(parseDns, { dns: "10.0.0.53", name: "example.org" })).toEqual({
      kind: "dns",
      server: "10.0.0.53",
      port: 53,
      name: "example.org",
      type: "A",
      expect: [],
    });
    expect(read(parseDns, { dns: "[::1]:5353", name: "a", type: "AAAA" })).toMatchObject({ port: 5353, type: "AAAA" });
    expect(read(parseDns, { dns: "::1", name: "a" })).toMatchObject({ server: "::1", port: 53 });
  });

  it.each<[object, string]>([
    [{ dns: "ns.example.org", name: "a" }, "write the address of a DNS server"],
    [{ dns: "10.0.0.53", name: "a b" }, "write the name to ask for"],
    [{ dns: "10.0.0.53", name: "a", type: "ANY" }, "write one of A, AAAA"],
    [{ dns: "10.0.0.53", name: "a", expect: "192.0.2.1" }, "write a list of answers"],
  ])("%j is none", (input, words) => {
    expect(read(parseDns, input as { dns: string; name: string })).toContain(words);
  });
});
