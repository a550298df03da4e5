import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { endedBy } from "../../src/reload/confirm.ts";
import { type Configured, planReload } from "../../src/reload/plan-reload.ts";

const folder = mkdtempSync(join(tmpdir(), "vipcast-reload-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = `
asn: 65001
peers:
  - { address: 10.0.0.253, asn: 65000 }
  - { address: 10.0.0.254, asn: 65000 }
vips:
  - { prefix: 192.0.2.10, drain: 1s }
  - { prefix: 192.0.2.11 }
`;

function configured(text: string, keys: Readonly<Record<string, string>> = {}): Configured {
  const file = join(folder, "vipcast.yaml");
  writeFileSync(file, text);
  const { settings, problems } = readConfig(file);
  expect(problems).toEqual([]);
  if (settings === null) throw new Error("the configuration is not valid");
  return { settings, keys: new Map(Object.entries(keys)) };
}

const changesOf = (text: string): object[] =>
  planReload(configured(base), configured(text)).changes.map(({ sentence: _sentence, ...rest }) => rest);

describe("planReload", () => {
  test("finds nothing to do in an equal configuration, whatever its form", () => {
    const other = base
      .replace("192.0.2.11", "192.0.2.11/32")
      .replace("asn: 65001", "asn: 65001 # ours\ntimers: datacenter");
    expect(planReload(configured(base), configured(other))).toEqual({ changes: [], needsRestart: [] });
  });

  test("says of an address that vipcast does not bind that it does not, and what it leaves where it is", () => {
    const sentences = (before: string, after: string): readonly string[] =>
      planReload(configured(before), configured(after)).changes.map(({ sentence }) => sentence);
    const more = (text: string): string => `${base}  - { prefix: ${text} }\n`;
    for (const [text, added, removed] of [
      [
        "192.0.2.12, bind: false",
        "192.0.2.12/32 is announced, and bound by somebody else (bind: false); where",
        "192.0.2.12/32 is drained and withdrawn; its address was bound by somebody else and stays",
      ],
      [
        "192.0.2.12, adopt: true",
        "192.0.2.12/32 is announced, and bound on lo unless it is there already (adopt: true); where",
        "192.0.2.12/32 is drained and withdrawn; its address stays where vipcast found it, else it is unbound",
      ],
      [
        "198.51.100.0/24, allowAggregates: true",
        "198.51.100.0/24 is bound on lo as a local route and announced; where",
        "198.51.100.0/24 is drained, withdrawn and unbound; connections to it on this host end",
      ],
    ] as const) {
      expect(sentences(base, more(text))).toEqual([`${added} other hosts announce it, routers move flows`]);
      expect(sentences(more(text), base)).toEqual([removed]);
    }
    const unbound = base.replace("192.0.2.11", "192.0.2.11, bind: false");
    expect(sentences(base, unbound)[0]).toMatch(/: vipcast binds it no longer, and takes away what it has bound$/);
    expect(sentences(unbound, base)[0]).toMatch(/: it is bound on lo$/);
  });

  test("a changed check touches no route by itself", () => {
    const check = 'check: { tcp: "127.0.0.1:6443" }, lastNodeGuard: true';
    const { changes } = planReload(configured(base), configured(base.replace("drain: 1s", `drain: 1s, ${check}`)));
    expect(changes).toMatchObject([
      {
        kind: "vip-change",
        cost: "none",
        fields: ["check", "lastNodeGuard"],
        sentence:
          "check, lastNodeGuard of 192.0.2.10/32 changes; nothing is sent unless its health turns out to be another",
      },
    ]);
  });

  test("says that a maintenance file may drain a virtual IP, or give it back, whatever else changes with it", () => {
    const withFile = (path: string | null, more = ""): Configured =>
      configured(base.replace("drain: 1s", `drain: 1s${path === null ? "" : `, maintenanceFile: ${path}`}${more}`));
    for (const [was, is, words] of [
      [null, "/run/m", "where /run/m is there, it is drained and withdrawn, else nothing is sent"],
      ["/run/m", null, "a maintenance because of /run/m ends, and it is announced again; without one nothing is sent"],
      [
        "/run/m",
        "/run/n",
        "where /run/n is there, it is drained and withdrawn; where not, a maintenance because of /run/m ends, and it is announced again",
      ],
    ] as const) {
      const { changes } = planReload(withFile(was), withFile(is));
      expect(changes).toMatchObject([
        { cost: "routes", fields: ["maintenanceFile"], sentence: `maintenanceFile of 192.0.2.10/32 changes; ${words}` },
      ]);
      const both = planReload(withFile(was), withFile(is, ", lastNodeGuard: true")).changes;
      expect(both).toMatchObject([{ cost: "routes", fields: ["lastNodeGuard", "maintenanceFile"] }]);
    }
  });

  test("resets a session only where a field of it cannot change otherwise, and names the field", () => {
    const { changes } = planReload(
      configured(base),
      configured(base.replace("{ address: 10.0.0.254,", "{ address: 10.0.0.254, timers: wan, multihop: 2,")),
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      kind: "peer-replace",
      when: "now",
      cost: "session",
      fields: ["multihop", "timers.holdTime", "timers.keepalive", "timers.connectRetry"],
      sentence:
        "the session with 10.0.0.254 is reset, because multihop, timers.holdTime, timers.keepalive, timers.connectRetry cannot change while it is up",
    });
  });

  test("leaves a session alone for what counts from the next one on", () => {
    expect(
      changesOf(
        base.replace(
          "10.0.0.254,",
          "10.0.0.254, description: right, advertisementInterval: 5, timers: { connectRetry: 2 },",
        ),
      ),
    ).toMatchObject([
      {
        kind: "peer-replace",
        when: "down",
        cost: "none",
        fields: ["advertisementInterval", "description", "timers.connectRetry"],
      },
    ]);
  });

  test("tells whose sessions it ends at once: those of peers that are taken out, or reset", () => {
    const ended = (text: string): readonly string[] => endedBy(planReload(configured(base), configured(text)).changes);
    expect(ended(base.replace("10.0.0.253", "10.0.0.252"))).toEqual(["10.0.0.253"]);
    expect(ended(base.replace("10.0.0.254,", "10.0.0.254, multihop: 2,"))).toEqual(["10.0.0.254"]);
    expect(ended(base.replace("10.0.0.254,", "10.0.0.254, description: right,"))).toEqual([]);
    expect(ended(base.replace("192.0.2.11", "192.0.2.12"))).toEqual([]);
  });

  test("changes a key while the session is up, and keeps it out of the plan", () => {
    const plan = planReload(configured(base), configured(base, { "10.0.0.254": "s3cret" }));
    expect(plan.changes).toMatchObject([{ kind: "peer-key", address: "10.0.0.254", cost: "none" }]);
    expect(JSON.stringify(plan)).not.toContain("s3cret");
  });

  test("adds and removes peers and virtual IPs one by one", () => {
    const text = base.replace("10.0.0.253", "10.0.0.252").replace("192.0.2.11", "192.0.2.12");
    expect(changesOf(text)).toMatchObject([
      { kind: "peer-remove", address: "10.0.0.253", cost: "session" },
      { kind: "peer-add", peer: { address: "10.0.0.252" }, cost: "routes" },
      { kind: "vip-remove", prefix: "192.0.2.11/32", cost: "routes" },
      { kind: "vip-add", vip: { prefix: "192.0.2.12/32" }, cost: "routes" },
    ]);
  });

  test.each([
    ["med: 5", "routes", ["med"]],
    ["ecmp: { role: standby }", "routes", ["preference"]],
    ["weight: 10G", "routes", ["weight"]],
    ["ecmp: { failback: 60s }", "none", ["failbackMs"]],
    ["interface: eth0", "routes", ["interface"]],
    ["allowOnLink: true", "none", ["allowOnLink"]],
  ] as const)("says what a change of a virtual IP costs: %s", (field, cost, fields) => {
    const text = base.replace("prefix: 192.0.2.11", `prefix: 192.0.2.11, ${field}`);
    expect(changesOf(text)).toMatchObject([{ kind: "vip-change", vip: { prefix: "192.0.2.11/32" }, cost, fields }]);
  });

  test("says where a weight comes from that is asked for at run time, of a virtual IP that stays", () => {
    const from = (more: string): string => base.replace("prefix: 192.0.2.11", `prefix: 192.0.2.11, weight: 10G${more}`);
    const plan = (was: string, is: string): readonly unknown[] => planReload(configured(was), configured(is)).changes;
    const words = "where that is another, its route is announced again, and routers that weigh it move flows";
    const change = (source: string): object => ({
      kind: "vip-weight",
      prefix: "192.0.2.11/32",
      cost: "routes",
      sentence: `the weight of 192.0.2.11/32 comes from ${source}; ${words}`,
    });
    const file = ', weightFrom: "file:/run/w"';
    expect(plan(from(""), from(file))).toEqual([change("file:/run/w, every 10s")]);
    expect(plan(from(file), from(`${file}, weightInterval: 1m`))).toEqual([change("file:/run/w, every 60s")]);
    expect(plan(from(file), from(""))).toEqual([change("its configured weight again")]);
    expect(plan(from(file), from(file))).toEqual([]);
    expect(plan(base.replace("  - { prefix: 192.0.2.11 }", ""), from(file))).toMatchObject([{ kind: "vip-add" }]);
  });

  test("touches listeners, times and the log level alone", () => {
    expect(changesOf(`${base}listen: [10.0.0.1]\ndrain: 2s\nlogLevel: debug\n`)).toEqual([
      { kind: "listen-add", listen: { host: "10.0.0.1", port: 179 }, cost: "none" },
      { kind: "stopping", drainMs: 2000, stopTimeoutMs: 12_000, cost: "none" },
      { kind: "log-level", logLevel: "debug", cost: "none" },
    ]);
  });

  test("names what a reload cannot change, and leaves it", () => {
    const { changes, needsRestart } = planReload(
      configured(base),
      configured(`${base.replace("asn: 65001", "asn: 65009")}routerId: 10.0.0.1\nstateDir: /x\ninstance: blue\n`),
    );
    expect(changes).toEqual([]);
    expect(needsRestart).toEqual([
      "asn stays 65001: it is in the OPEN of every session; restart vipcast to make it 65009",
      "routerId stays auto: it is in the OPEN of every session; restart vipcast to make it 10.0.0.1",
      "stateDir stays the default: what is ours is recorded there; restart vipcast to make it /x",
      "instance stays unset: the marks on our addresses come from it; restart vipcast to make it blue",
    ]);
  });
});
