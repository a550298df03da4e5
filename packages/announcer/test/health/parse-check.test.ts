import { describe, expect, it } from "vitest";
import type { CheckInput } from "../../src/health/check.ts";
import { parseCheck } from "../../src/health/parse-check.ts";

function problems(input: unknown): readonly string[] {
  const parsed = parseCheck(input as CheckInput);
  return parsed.ok ? [] : parsed.problems;
}

function good(input: CheckInput | readonly CheckInput[], address: string | null = null): unknown {
  const parsed = parseCheck(input, address);
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  return parsed.check;
}

describe("parseCheck", () => {
  it("fills every default", () => {
    expect(good({ tcp: "127.0.0.1:6443" })).toEqual({
      kind: "probe",
      name: "tcp://127.0.0.1:6443",
      probe: { kind: "tcp", host: "127.0.0.1", port: 6443 },
      timing: { intervalMs: 1000, fastIntervalMs: 1000, timeoutMs: 500, rise: 2, fall: 3, graceMs: 0 },
      onFailure: "withdraw",
    });
    expect(good({ tcp: "[::1]:80", intervalMs: 200 })).toMatchObject({
      name: "tcp://[::1]:80",
      timing: { intervalMs: 200, fastIntervalMs: 200, timeoutMs: 200 },
    });
  });

  it("takes an HTTP check as the configuration writes it", () => {
    expect(
      good({
        http: "https://127.0.0.1:6443/readyz#top",
        caFile: "/etc/kubernetes/pki/ca.crt",
        status: "304, 200-299",
        headers: { Host: "api.example.org" },
      }),
    ).toMatchObject({
      name: "https://127.0.0.1:6443/readyz",
      probe: {
        kind: "http",
        status: [
          [200, 299],
          [304, 304],
        ],
        headers: { host: "api.example.org" },
        redirects: 0,
        insecure: false,
        maxBodyBytes: 65_536,
      },
    });
  });

  it("degrades by default for icmp, and withdraws for the others", () => {
    expect(good({ icmp: "10.0.0.254" })).toMatchObject({ onFailure: "degrade", name: "icmp://10.0.0.254" });
    expect(good({ icmp: "fe80::1%eth0" })).toMatchObject({ probe: { address: "fe80::1%eth0" } });
    expect(good({ icmp: "10.0.0.254", onFailure: "withdraw" })).toMatchObject({ onFailure: "withdraw" });
    expect(good({ dns: "10.0.0.53", name: "example.org", expect: ["192.0.2.1"] })).toMatchObject({
      name: "dns://10.0.0.53:53/example.org?type=A",
      onFailure: "withdraw",
    });
  });

  it("divides a command line, or takes the words as they are", () => {
    expect(good({ exec: "/bin/ready --name 'a b'" })).toMatchObject({
      probe: { file: "/bin/ready", args: ["--name", "a b"] },
    });
    expect(good({ exec: ["/bin/my ready"] })).toMatchObject({ probe: { file: "/bin/my ready", args: [] } });
  });

  it("puts the address of the VIP where {vip} stands", () => {
    expect(good({ tcp: "{vip}:80" }, "2001:db8::1")).toMatchObject({ probe: { host: "2001:db8::1", port: 80 } });
    expect(good({ http: "http://{vip}/" }, "192.0.2.1")).toMatchObject({ probe: { url: "http://192.0.2.1/" } });
    expect(good({ icmp: "{vip}" }, "192.0.2.1")).toMatchObject({ probe: { address: "192.0.2.1" } });
  });

  it("takes a list as all of it, groups in groups, and lets a group's times hold for what is in it", () => {
    expect(
      good([
        { tcp: "a:1" },
        { any: [{ tcp: "b:2", rise: 5 }, { pushed: true }], intervalMs: 3000, onFailure: "degrade" },
      ]),
    ).toMatchObject({
      kind: "all",
      of: [
        { timing: { intervalMs: 1000 } },
        {
          kind: "any",
          onFailure: "degrade",
          of: [{ timing: { intervalMs: 3000, rise: 5 }, onFailure: "withdraw" }, { kind: "pushed" }],
        },
      ],
    });
  });

  it.each<[unknown, string]>([
    [{}, "check names no kind of check: write exactly one of tcp, http, exec, icmp, dns, pushed, all, any"],
    [{ tcp: "a:1", exec: "b" }, "check is tcp and exec at once: write exactly one of"],
    [[{ tcp: "a:1" }, null], "check.all[1] is null: write an object such as"],
    [
      { tcp: "a:1", intervall: 5 },
      "check.intervall is not a field of a check of kind tcp: write one of tcp, intervalMs",
    ],
    [{ tcp: "localhost" }, 'check.tcp is "localhost": write a host and a port, such as'],
    [{ tcp: "a:0" }, "write a host and a port"],
    [{ tcp: "::1:80" }, "write a host and a port"],
    [{ tcp: "[zz]:80" }, "write a host and a port"],
    [{ tcp: "a:1", intervalMs: 5 }, "check.intervalMs is 5: write a number 10..86400000"],
    [{ tcp: "a:1", rise: 0 }, "check.rise is 0: write a whole number 1..100"],
    [{ tcp: "a:1", fall: 1.5 }, "check.fall is 1.5: write a whole number 1..100"],
    [
      { tcp: "a:1", timeoutMs: 2000 },
      "check.timeoutMs is 2000 and longer than intervalMs, which is 1000: write a timeout up to the interval",
    ],
    [{ tcp: "a:1", fastIntervalMs: 2000 }, "check.fastIntervalMs is 2000 and longer than intervalMs"],
    [{ tcp: "a:1", onFailure: "explode" }, 'check.onFailure is "explode": write withdraw or degrade'],
    [{ http: "ftp://a" }, 'check.http is "ftp://a": write a URL that begins with http:// or https://'],
    [{ http: "https://user:secret@a/" }, "has a user name or password in it, which would be shown"],
    [{ http: "http://a/", status: "2xx" }, 'check.status is "2xx": write status codes and ranges of them'],
    [{ http: "http://a/", status: "299-200" }, "write status codes"],
    [{ http: "http://a/", caFile: "/x" }, 'check.caFile is "/x": only https:// has certificates'],
    [{ http: "https://a/", certFile: "/x" }, "check has only one of certFile and keyFile: write both, or neither"],
    [{ http: "https://a/", insecure: true, caFile: "/x" }, "check.insecure accepts any certificate"],
    [{ http: "http://a/", bodyMatches: "(" }, 'check.bodyMatches is "(": write a regular expression'],
    [{ http: "http://a/", method: "HEAD", bodyContains: "ok" }, "an answer to HEAD has no body"],
    [{ http: "http://a/", method: "POST" }, 'check.method is "POST": write GET, HEAD or OPTIONS'],
    [{ http: "http://a/", headers: { "a b": "c" } }, 'check.headers is "a b": write the name of an HTTP header'],
    [{ http: "http://a/", headers: { a: "b\r\nc" } }, "check.headers.a has characters that no header may have"],
    [{ http: "http://a/", headers: { Connection: "x" } }, "this header is the connection's own"],
    [{ http: "http://a/", redirects: 11 }, "check.redirects is 11: write a whole number 0..10"],
    [{ exec: "" }, 'check.exec is "": write a program and its arguments'],
    [{ exec: "'x" }, "a quote or backslash at its end is left open"],
    [{ exec: ["a\0b"] }, "a NUL character cannot be part of an argument"],
    [{ exec: "a", env: { "B=C": "d" } }, 'check.env is "B=C": write a name without = and a text'],
    [{ icmp: "gateway" }, 'check.icmp is "gateway": write the address of a gateway'],
    [{ dns: "resolver", name: "a" }, 'check.dns is "resolver": write the address of a DNS server'],
    [{ dns: "10.0.0.53", name: "" }, 'check.name is "": write the name to ask for'],
    [{ dns: "10.0.0.53", name: "a", type: "ANY" }, 'check.type is "ANY": write one of A, AAAA'],
    [{ pushed: false }, "check.pushed is false: write true, or leave the check out"],
    [{ all: [] }, "check.all is empty or no list"],
    [{ any: [{ tcp: "a" }] }, 'check.any[0].tcp is "a"'],
  ])("refuses %j", (input, sentence) => {
    expect(problems(input).join("\n")).toContain(sentence);
  });

  it("bounds how deep and how many", () => {
    let deep: CheckInput = { tcp: "a:1" };
    for (let level = 0; level < 10; level++) deep = { all: [deep] };
    expect(problems(deep)[0]).toContain("is a group within 8 others");
    expect(problems({ all: Array.from({ length: 101 }, () => ({ tcp: "a:1" })) })[0]).toContain("write at most 100");
  });
});
