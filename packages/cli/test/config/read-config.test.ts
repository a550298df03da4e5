import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readKeys } from "../../src/config/keys.ts";
import { configSentence } from "../../src/config/problem.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { brokenChecks } from "./broken-checks.ts";
import { brokenDocuments } from "./broken-documents.ts";
import { brokenSessions } from "./broken-sessions.ts";
import { brokenVips } from "./broken-vips.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string | Uint8Array): string {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function sentences(text: string | Uint8Array): string[] {
  return readConfig(write("vipcast.yaml", text)).problems.map((problem) =>
    configSentence({ ...problem, file: problem.file.slice(folder.length + 1) }),
  );
}

const good = `
asn: 65001
timers: datacenter
peers:
  - address: 10.0.0.254
    asn: 65000
vips:
  - prefix: 192.0.2.10/32
`;

describe("a broken configuration says everything that is wrong, where, and what to write instead", () => {
  test.each([...brokenDocuments, ...brokenSessions, ...brokenVips, ...brokenChecks])(
    "$sentences.0",
    ({ text, sentences: expected }) => {
      expect(sentences(text)).toEqual(expected);
      // What stands in a file is not mended with an option of another command.
      expect(expected.join("\n")).not.toMatch(/ --[a-z]/);
    },
  );

  test("a file that is not there, is a folder, or is not text", () => {
    const missing = readConfig(join(folder, "none.yaml"));
    expect(missing.problems.map(({ rule }) => rule)).toEqual(["cannot be read, it does not exist"]);
    expect(readConfig(folder).problems.map(({ rule }) => rule)).toEqual(["cannot be read, it is a folder"]);
    expect(sentences(new Uint8Array([0x61, 0xff, 0xfe]))).toEqual([
      "vipcast.yaml:1:1: is not UTF-8 text; save it as UTF-8.",
    ]);
  });

  test("one that is nested too deep for the parser's stack is refused before it is parsed", () => {
    const depths = ["[", "{a: ", "- ", "? "].map((level) => sentences(`asn: 65001\nvips:\n  ${level.repeat(100_000)}`));
    for (const found of depths) {
      expect(found).toEqual([
        expect.stringMatching(
          /^vipcast.yaml:3:\d+: is nested deeper than any configuration; correct it here or in the lines before\.$/,
        ),
      ]);
    }
  });

  test("of a file that is nothing but problems the first 200 are shown, and the rest is counted", () => {
    const vips = Array.from({ length: 300 }, () => "  - prefix: 300.0.0.1\n").join("");
    const found = sentences(`asn: 65001\npeers: []\nvips:\n${vips}`);
    expect(found).toHaveLength(201);
    expect(found.at(-1)).toMatch(
      /^vipcast.yaml:\d+:\d+: 1\d\d more problems from here on; correct those above first\.$/,
    );
    expect(sentences("]\n".repeat(500))).toHaveLength(201);
  });

  test("what may never end is not read: a pipe, a device", () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const refused = (file: string): string[] => [`${file}:1:1: is no regular file; name the configuration file.`];
    expect(readConfig(pipe).problems.map(configSentence)).toEqual(refused(pipe));
    expect(readConfig("/dev/zero").problems.map(configSentence)).toEqual(refused("/dev/zero"));
    const file = write("vipcast.yaml", good.replace("asn: 65000", `asn: 65000\n    passwordFile: ${pipe}`));
    const { settings, sources } = readConfig(file);
    expect(readKeys(settings!, sources, {}).problems.map(configSentence)).toEqual([
      `${file}:7:19: peers[0].passwordFile ${pipe}: is a pipe; write the path of a regular file.`,
    ]);
    mkdirSync(join(folder, "conf.d"));
    renameSync(pipe, join(folder, "conf.d", "a.yaml"));
    expect(readConfig(file).problems.map(configSentence)).toEqual(refused(join(folder, "conf.d", "a.yaml")));
  });

  test("a header, which may be a secret, is never repeated", () => {
    const headers = '{ http: "http://127.0.0.1/", headers: { Authorization: "hunter2\\u0001", X-List: [hunter2] } }';
    for (const check of [headers, headers.replace(", X-List: [hunter2]", "")]) {
      const found = sentences(good.replace("192.0.2.10/32", `192.0.2.10\n    check: ${check}`));
      expect(found).toHaveLength(1);
      expect(found.join()).not.toContain("hunter2");
    }
  });

  test("a secret is never repeated", () => {
    const text = good.replace("asn: 65000", "asn: 65000\n    password: hunter2:,x");
    expect(sentences(text).join()).not.toContain("hunter2");
  });
});

describe("a good configuration", () => {
  test("fills in what is not said", () => {
    const { settings, problems } = readConfig(write("vipcast.yaml", good));
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      asn: 65001,
      routerId: null,
      drainMs: 0,
      drainIdleMs: null,
      stopTimeoutMs: 10_000,
      logLevel: "info",
      peers: [
        {
          address: "10.0.0.254",
          port: 179,
          passive: false,
          families: ["ipv4-unicast", "ipv6-unicast"],
          timers: { holdTime: 9, keepalive: 3, connectRetry: 5 },
        },
      ],
      vips: [{ prefix: "192.0.2.10/32", interface: "lo", bind: true }],
    });
  });

  test("may say what gives a virtual IP its weight at run time", () => {
    const more = "192.0.2.10/32\n    weight: 10G\n    weightFrom: file:/run/vipcast/weight";
    const read = (text: string): unknown => {
      const { settings, problems } = readConfig(write("vipcast.yaml", text));
      expect(problems).toEqual([]);
      return [...(settings?.weights ?? [])];
    };
    const source = { name: "file:/run/vipcast/weight", from: { kind: "file", path: "/run/vipcast/weight" } };
    expect(read(good)).toEqual([]);
    expect(read(good.replace("192.0.2.10/32", more))).toEqual([["192.0.2.10/32", { source, intervalMs: 10_000 }]]);
    expect(read(good.replace("192.0.2.10/32", `${more}\n    weightInterval: 30s`))).toEqual([
      ["192.0.2.10/32", { source, intervalMs: 30_000 }],
    ]);
  });

  test("may name the instance", () => {
    expect(readConfig(write("vipcast.yaml", `${good}instance: blue\n`)).settings?.instance).toBe("blue");
    expect(readConfig(write("vipcast.yaml", good)).settings?.instance).toBeNull();
  });

  test("keeps an asdot number as it was written", () => {
    expect(readConfig(write("vipcast.yaml", good.replace("65001", "1.10"))).settings?.asn).toBe(65546);
  });

  test("may be JSON, begin with a byte order mark, and use aliases", () => {
    const json = JSON.stringify({ asn: 65001, peers: [{ address: "10.0.0.254", asn: 65000 }] });
    expect(readConfig(write("vipcast.json", json)).settings?.peers[0]?.asn).toBe(65000);
    expect(sentences(`\uFEFF${good}`)).toEqual([]);
    const shared = `${good.replace("datacenter", "&slow { profile: wan, holdTime: 30s }")}`;
    const peer = "asn: 65000\n    timers: *slow";
    const { settings } = readConfig(write("vipcast.yaml", shared.replace("asn: 65000", peer)));
    expect(settings?.peers[0]?.timers).toEqual({ holdTime: 30, keepalive: 10, connectRetry: 120 });
  });

  test("lets a peer override parts of everybody's timers", () => {
    const text = good.replace("asn: 65000", "asn: 65000\n    timers: { connectRetry: 2 }").replace("datacenter", "wan");
    expect(readConfig(write("vipcast.yaml", text)).settings?.peers[0]?.timers).toEqual({
      holdTime: 90,
      keepalive: 30,
      connectRetry: 2,
    });
  });

  test("names the variable of a key, which is not read here", () => {
    const text = good.replace("asn: 65000", `asn: 65000\n    password: \${PEER_KEY}`);
    expect(readConfig(write("vipcast.yaml", text)).settings?.peers[0]?.passwordVariable).toBe("PEER_KEY");
  });

  test("says how a node stands to the others", () => {
    const text = good.replace(
      "192.0.2.10/32",
      "192.0.2.10\n    weight: 10G\n    ecmp: { preference: 3, failback: 1m }",
    );
    expect(readConfig(write("vipcast.yaml", text)).settings?.vips[0]).toMatchObject({
      weight: 10_000_000_000,
      preference: 3,
      failbackMs: 60_000,
    });
    const standby = good.replace("192.0.2.10/32", "192.0.2.10\n    ecmp: { role: standby }");
    expect(readConfig(write("vipcast.yaml", `${standby}nodeCommunity: none\n`)).settings).toMatchObject({
      nodeCommunity: null,
      vips: [{ preference: 0 }],
    });
  });

  test("says what must be healthy, and what becomes of it when it is not", () => {
    const check = `{ http: "https://127.0.0.1:6443/readyz", caFile: /etc/kubernetes/pki/ca.crt, interval: 1s, timeout: 500ms, rise: 2, fall: 3 }`;
    const more = "whenUnhealthy: unbind\n    lastNodeGuard: true\n    maintenanceFile: /run/vipcast/maintenance";
    const text = good.replace("192.0.2.10/32", `192.0.2.10\n    check: ${check}\n    ${more}`);
    expect(readConfig(write("vipcast.yaml", text)).settings?.vips[0]).toMatchObject({
      check: {
        kind: "probe",
        name: "https://127.0.0.1:6443/readyz",
        probe: { kind: "http", caFile: "/etc/kubernetes/pki/ca.crt" },
        timing: { intervalMs: 1000, timeoutMs: 500, rise: 2, fall: 3 },
        onFailure: "withdraw",
      },
      whenUnhealthy: "unbind",
      lastNodeGuard: true,
      maintenanceFile: "/run/vipcast/maintenance",
    });
  });

  test("takes groups within groups, whose times hold for what is in them, and the address for {vip}", () => {
    const check = `
      interval: 2s
      fastInterval: 100ms
      grace: 1m
      all:
        - tcp: "{vip}:443"
        - any:
            - exec: [/bin/ready, --quick]
              env: { MODE: quick }
            - { dns: 10.0.0.53, name: example.org, type: AAAA, expect: ["2001:db8::1"] }
        - { icmp: 10.0.0.254, interval: 5s }`;
    const { settings, problems } = readConfig(
      write("vipcast.yaml", good.replace("192.0.2.10/32", `192.0.2.10\n    check:${check}`)),
    );
    expect(problems).toEqual([]);
    const timing = { intervalMs: 2000, fastIntervalMs: 100, timeoutMs: 500, graceMs: 60_000 };
    expect(settings?.vips[0]?.check).toMatchObject({
      kind: "all",
      of: [
        { name: "tcp://192.0.2.10:443", timing },
        {
          kind: "any",
          of: [
            { probe: { file: "/bin/ready", args: ["--quick"], env: { MODE: "quick" } }, timing },
            { probe: { kind: "dns", server: "10.0.0.53", type: "AAAA", expect: ["2001:db8::1"] }, timing },
          ],
        },
        { name: "icmp://10.0.0.254", timing: { ...timing, intervalMs: 5000 }, onFailure: "degrade" },
      ],
    });
  });

  test("vouches for an address that it does not bind", () => {
    const text = good.replace("192.0.2.10/32", "192.0.2.10/32\n    bind: false");
    expect(readConfig(write("vipcast.yaml", text)).settings?.vips[0]).toMatchObject({ bind: false, assumeBound: true });
  });
});

describe("the folder conf.d", () => {
  test("adds peers and virtual IPs, in the order of the names", () => {
    write("conf.d/20-b.yaml", "vips: [{ prefix: 192.0.2.12 }]");
    write("conf.d/10-a.yml", "vips: [{ prefix: 192.0.2.11 }]\npeers: [{ address: 10.0.0.253, asn: 65000 }]");
    write("conf.d/README.txt", "not: read");
    const { settings, files, problems } = readConfig(write("vipcast.yaml", good));
    expect(problems).toEqual([]);
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual([
      "vipcast.yaml",
      "conf.d/10-a.yml",
      "conf.d/20-b.yaml",
    ]);
    expect(settings?.vips.map(({ address }) => address)).toEqual(["192.0.2.10", "192.0.2.11", "192.0.2.12"]);
    expect(settings?.peers.map(({ address }) => address)).toEqual(["10.0.0.254", "10.0.0.253"]);
  });

  test("a problem is shown in the file where it stands", () => {
    write("conf.d/a.yaml", "# a comment\nvips:\n  - prefix: 192.0.2.10\n  - prefix: nonsense\n    drain: soon\n");
    expect(sentences(good)).toEqual([
      "conf.d/a.yaml:5:12: vips[2].drain soon: is a time from 0s to 86400s, in seconds or with a unit (500ms, 10s, 2m); write for example 10s.",
    ]);
  });

  test("a key that stands in two files is a problem that names the other place", () => {
    write("conf.d/a.yaml", "vips: []\nasn: 65002\n");
    expect(sentences(good)).toEqual([
      `conf.d/a.yaml:2:1: asn: is given in ${join(folder, "vipcast.yaml")}:2 already; keep one of them.`,
    ]);
  });

  test("an empty file there says nothing", () => {
    write("conf.d/a.yaml", "# nothing yet\n");
    expect(sentences(good)).toEqual([]);
  });
});
