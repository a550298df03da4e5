import { describe, expect, test } from "vitest";
import { expectOneSentence, sentencesOf, settingsOf } from "../support/command-line.ts";
import { refusedSettings } from "./refused-settings.ts";

describe("a wrong command line", () => {
  test.each(refusedSettings)(
    "%j is answered with one sentence that names it, the rule and the remedy",
    expectOneSentence,
  );

  test("is reported with all of its problems at once", () => {
    const sentences = sentencesOf([
      "192.0.2.10/32",
      "--asn",
      "0",
      "--hold-time",
      "1",
      "--peer",
      "10.0.0.254,port=0,colour=red",
      "--bogus",
      "--med",
    ]);
    expect(sentences.map((sentence) => sentence.slice(0, sentence.indexOf(": ")))).toEqual([
      "--bogus",
      "--med",
      "--asn 0",
      "--hold-time 1",
      "--peer 10.0.0.254,port=0",
      "--peer 10.0.0.254,colour",
      "--peer 10.0.0.254",
    ]);
  });
});

describe("a right command line", () => {
  test("has the documented defaults", () => {
    expect(settingsOf()).toEqual({
      prefixes: ["192.0.2.10/32"],
      asn: 65001,
      routerId: null,
      peers: [
        {
          address: "10.0.0.254",
          version: 4,
          asn: 65000,
          port: 179,
          passive: false,
          passwordFile: null,
          ttlSecurity: null,
          multihop: null,
          source: null,
          interface: null,
          timers: { holdTime: 9, keepalive: 3, connectRetry: 5 },
          families: ["ipv4-unicast", "ipv6-unicast"],
          addPath: null,
          gracefulRestart: null,
          advertisementInterval: null,
          description: null,
        },
      ],
      listen: [],
      interface: "lo",
      bind: true,
      adopt: false,
      allowOnLink: false,
      stateDir: null,
      instance: null,
      nextHops: { 4: null, 6: null },
      med: null,
      localPref: null,
      prepend: 0,
      ecmp: {},
      health: {},
      weight: null,
      weightFrom: null,
      nodeCommunity: "auto",
      communities: [],
      largeCommunities: [],
      drainMs: 0,
      drainIdleMs: null,
      stopTimeoutMs: 10_000,
      json: false,
      logLevel: null,
    });
  });

  test("reads checks, what they have in common, and what only some of them understand", () => {
    const settings = settingsOf(
      ...["--check", "https://127.0.0.1:6443/readyz", "--check", "icmp://[fe80::1%eth0]"],
      ...["--check", "dns://10.0.0.53/a.example?type=aaaa&expect=2001:db8::1", "--check", "exec:/bin/ready 'a b'"],
      ...["--interval", "200ms", "--timeout", "0.1", "--rise", "1", "--fall", "2", "--grace", "30"],
      ...["--check-ca", "/ca.pem", "--check-status", "200", "--check-header", "Host: api.example"],
      ...["--when-unhealthy", "unbind", "--maintenance", "/run/down", "--last-node-guard"],
    );
    expect(settings.health).toEqual({
      whenUnhealthy: "unbind",
      lastNodeGuard: true,
      maintenanceFile: "/run/down",
      check: {
        all: [
          {
            http: "https://127.0.0.1:6443/readyz",
            status: "200",
            headers: { Host: "api.example" },
            caFile: "/ca.pem",
          },
          { icmp: "fe80::1%eth0" },
          { dns: "10.0.0.53", name: "a.example", type: "AAAA", expect: ["2001:db8::1"] },
          { exec: "/bin/ready 'a b'" },
        ],
        intervalMs: 200,
        timeoutMs: 100,
        rise: 1,
        fall: 2,
        graceMs: 30_000,
      },
    });
    expect(settingsOf("--check", "tcp://{vip}:80", "--check-any", "--on-failure", "degrade").health).toEqual({
      check: { any: [{ tcp: "{vip}:80", onFailure: "degrade" }] },
    });
  });

  test("takes every option", () => {
    const settings = settingsOf(
      ...[
        "--router-id",
        "10.0.0.1",
        "--listen",
        "[::]:1179",
        "--listen",
        "0.0.0.0",
        "--timers",
        "wan",
        "--connect-retry",
        "7",
      ],
      ...[
        "--interface",
        "vip0",
        "--adopt",
        "--allow-on-link",
        "--state-dir",
        "/tmp/x",
        "--next-hop",
        "10.0.0.1",
        "--next-hop",
        "2001:db8::1",
      ],
      ...[
        "--med",
        "4294967295",
        "--local-pref",
        "0",
        "--prepend",
        "16",
        "--community",
        "65000:100",
        "--community",
        "no-export",
      ],
      ...[
        "--large-community",
        "4294967295:0:1",
        "--drain",
        "500ms",
        "--stop-timeout",
        "2m",
        "--json",
        "--log-level",
        "debug",
      ],
    );
    expect(settings).toMatchObject({
      routerId: "10.0.0.1",
      listen: [
        { host: "::", port: 1179 },
        { host: "0.0.0.0", port: 179 },
      ],
      interface: "vip0",
      adopt: true,
      allowOnLink: true,
      stateDir: "/tmp/x",
      nextHops: { 4: "10.0.0.1", 6: "2001:db8::1" },
      med: 4294967295,
      localPref: 0,
      prepend: 16,
      communities: ["65000:100", "65535:65281"],
      largeCommunities: ["4294967295:0:1"],
      drainMs: 500,
      stopTimeoutMs: 120_000,
      json: true,
      logLevel: "debug",
    });
    expect(settings.peers[0]?.timers).toEqual({ holdTime: 90, keepalive: 30, connectRetry: 7 });
  });

  test("gives the stop ten seconds more than the drain", () => {
    expect(settingsOf("--drain", "30").stopTimeoutMs).toBe(40_000);
  });

  test.each([
    ["10.0.0.1", { host: "10.0.0.1", port: 179 }],
    ["10.0.0.1:1179", { host: "10.0.0.1", port: 1179 }],
    ["2001:db8::1", { host: "2001:db8::1", port: 179 }],
    ["[2001:db8::1]", { host: "2001:db8::1", port: 179 }],
    ["[2001:db8::1]:1179", { host: "2001:db8::1", port: 1179 }],
  ])("listens on %s", (text, expected) => {
    expect(settingsOf("--listen", text).listen).toEqual([expected]);
  });

  test("keeps a keepalive time below a third of the hold time when only the latter changes", () => {
    expect(settingsOf("--hold-time", "3").peers[0]?.timers).toEqual({ holdTime: 3, keepalive: 1, connectRetry: 5 });
    expect(settingsOf("--hold-time", "0").peers[0]?.timers.holdTime).toBe(0);
  });
});
