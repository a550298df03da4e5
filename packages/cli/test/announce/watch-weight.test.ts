import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkBandwidth, parseVip } from "@vipcast/announcer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseSource } from "../../src/announce/ecmp.ts";
import { type WeightFrom, WeightWatches, weightGroups } from "../../src/announce/watch-weight.ts";
import { createLog } from "../../src/output/log.ts";
import { canMakeNamespaces, World } from "../support/world.ts";

/** A weight as the peer's lines show eight octets. */
const shown = (bitsPerSecond: number): string => {
  const groups = linkBandwidth(65001, bitsPerSecond).match(/.{4}/g) ?? [];
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::`;
};

describe.skipIf(!canMakeNamespaces)("vipcast announce --weight-from", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("announces --weight until the source answers, says once that it fails, and then follows it", async () => {
    const peer = await world.peer();
    const file = join(world.stateDir, "weight");
    const node = world.announce([
      ...["192.0.2.10/32", "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"],
      ...["--weight", "10G", "--weight-from", `file:${file}`, "--weight-interval", "1", "--log-level", "info"],
    ]);
    const first = await peer.lines.until("announced");
    expect(JSON.stringify(first)).toContain(shown(10e9));
    await expect
      .poll(node.log, { timeout: 5000 })
      .toContain("gives no weight, and the configured one counts instead: ENOENT");
    writeFileSync(file, "20G\n");
    await expect.poll(() => peer.lines.of("announced").length, { timeout: 5000 }).toBe(2);
    expect(JSON.stringify(peer.lines.of("announced")[1])).toContain(shown(20e9));
    expect(node.log()).toContain("gives a weight again: 20G");
    expect(node.log().split("gives no weight")).toHaveLength(2);
    expect(peer.lines.of("withdrawn")).toEqual([]);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
  });

  test("is a key of a configuration too", async () => {
    const peer = await world.peer();
    writeFileSync(join(world.stateDir, "weight"), "20G\n");
    const file = join(world.stateDir, "vipcast.yaml");
    const vip = `{ prefix: 192.0.2.10, weight: 10G, weightFrom: "file:${world.stateDir}/weight" }`;
    const peers = "peers: [{ address: 10.9.0.254, asn: 65000, port: 1790 }]";
    writeFileSync(file, `asn: 65001\nstateDir: ${world.stateDir}/state\n${peers}\nvips: [${vip}]\n`);
    const node = world.run(file);
    await expect.poll(() => JSON.stringify(peer.lines.of("announced")), { timeout: 5000 }).toContain(shown(20e9));
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
  });
});

describe("weights of a configuration", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vipcast-weights-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const vips = ["192.0.2.10", "192.0.2.11", "192.0.2.12"].map((prefix) => {
    const parsed = parseVip({ prefix, weight: 10e9 });
    if (!parsed.ok) throw new Error(prefix);
    return parsed.vip;
  });
  const from = (text: string, intervalMs = 86_400_000): WeightFrom => {
    const parsed = parseSource(text, "");
    if (!parsed.ok) throw new Error(parsed.rule);
    return { source: parsed.value, intervalMs };
  };
  const [first, second, third] = vips.map(({ prefix }) => prefix) as [string, string, string];

  test("are asked for once where the question is the same, and a program for each virtual IP", () => {
    const file = from("file:/run/weight");
    const program = from("exec:/bin/weigh");
    const groups = (weights: readonly (readonly [string, WeightFrom])[]): readonly (readonly string[])[] =>
      weightGroups(vips, new Map(weights)).map((group) => group.vips.map(({ prefix }) => prefix));
    expect(
      groups([
        [first, file],
        [second, file],
      ]),
    ).toEqual([[first, second]]);
    expect(
      groups([
        [first, file],
        [second, from("file:/run/weight", 1000)],
      ]),
    ).toEqual([[first], [second]]);
    expect(
      groups([
        [first, program],
        [second, program],
      ]),
    ).toEqual([[first], [second]]);
    expect(groups([])).toEqual([]);
  });

  test("are asked for anew where a program is told another interface than before", async () => {
    const given: (number | null)[] = [];
    const announcer = { setWeight: (_vip: string, weight: number | null) => given.push(weight) > 0 };
    const watches = new WeightWatches(announcer, createLog("fatal"));
    const program = join(folder, "weigh");
    writeFileSync(program, '#!/bin/sh\n[ "$VIPCAST_INTERFACE" = lo ] && echo 1G || echo 2G\n', { mode: 0o755 });
    const weights = new Map([[first, from(`exec:${program}`)]]);
    try {
      watches.set(weightGroups([vips[0]!], weights));
      await expect.poll(() => given).toEqual([1e9]);
      watches.set(weightGroups([{ ...vips[0]!, interface: "dummy0" }], weights));
      await expect.poll(() => given).toEqual([1e9, 2e9]);
    } finally {
      watches.stop();
    }
  });

  test("follow a reload: what is equal is not asked again, what is new is, and what is gone is the intent's", async () => {
    const [one, other] = [join(folder, "one"), join(folder, "other")];
    writeFileSync(one, "20G\n");
    writeFileSync(other, "30G\n");
    const given: (readonly [string, number | null])[] = [];
    const announcer = { setWeight: (vip: string, weight: number | null) => given.push([vip, weight]) > 0 };
    const watches = new WeightWatches(announcer, createLog("fatal"));
    const set = (weights: Readonly<Record<string, WeightFrom>>): void =>
      watches.set(weightGroups(vips, new Map(Object.entries(weights))));
    try {
      set({ [first]: from(`file:${one}`), [second]: from(`file:${one}`) });
      await expect
        .poll(() => given)
        .toEqual([
          [first, 20e9],
          [second, 20e9],
        ]);
      // Nobody looks there again for a day.
      writeFileSync(one, "25G\n");
      given.length = 0;
      set({ [first]: from(`file:${one}`), [third]: from(`file:${other}`) });
      expect(given).toEqual([
        [second, null],
        [first, 20e9],
      ]);
      await expect.poll(() => given).toContainEqual([third, 30e9]);
      given.length = 0;
      set({});
      expect(given).toEqual([
        [first, null],
        [third, null],
      ]);
    } finally {
      watches.stop();
    }
  });
});
