import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type LabProcess, type Sandbox, waitFor } from "@vipcast/lab";
import { afterEach, expect, test } from "vitest";
import { node, peer, startWorld } from "../../../interop/src/cell/world.ts";
import { bird } from "../../../interop/src/daemons/bird.ts";
import type { OwnRoute } from "../../../interop/src/daemons/driver.ts";
import { missingPrograms, PeerDaemon } from "../../../interop/src/daemons/peer-daemon.ts";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const reason = missingPrograms(bird).length > 0 ? "BIRD is not installed: npx pnpm@10 peers:install" : null;
const titled = (title: string): string => (reason === null ? title : `${title} (${reason})`);
const [one, two, six] = ["198.51.100.0/24", "203.0.113.0/24", "2001:db8:1::/48"];

let world: Sandbox | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

/** BIRD on the other host of a link, which dials. */
async function startBird(sandbox: Sandbox, routes: readonly OwnRoute[]): Promise<PeerDaemon> {
  const daemon = new PeerDaemon(bird, sandbox, peer.name);
  daemon.configure({
    asn: 65000,
    routerId: peer.ipv4,
    addresses: peer,
    neighbours: [
      { name: "node", address: node.ipv4, asn: 65001, localAddress: peer.ipv4, passive: false, addPath: "send" },
    ],
    routes,
  });
  await daemon.start();
  return daemon;
}

/** A collector, and its lines. */
class Collecting {
  readonly #process: LabProcess;

  constructor(process: LabProcess) {
    this.#process = process;
  }

  static async start(sandbox: Sandbox, ...extra: readonly string[]): Promise<Collecting> {
    const own = ["--asn", "65001", "--router-id", node.ipv4, "--from", "10.0.0.0/24", "--every", "0.2"];
    return new Collecting(await sandbox.spawn(node.name, [process.execPath, program, ...own, ...extra]));
  }

  get lines(): readonly Record<string, unknown>[] {
    const printed = this.#process.lines.filter(({ stream }) => stream === "stdout");
    return printed.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
  }

  /** Waits for a line with these fields. */
  line(fields: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    return waitFor(
      () => `no line with ${JSON.stringify(fields)}: ${this.#process.tail(20)}`,
      () => this.lines.find((line) => Object.entries(fields).every(([key, value]) => line[key] === value)) ?? null,
      5000,
    );
  }

  async end(): Promise<unknown> {
    await this.#process.signal("SIGTERM");
    return this.#process.exited;
  }
}

test.skipIf(reason !== null)(titled("tells what a router announces, what is best, and what went with it"), async () => {
  world = await startWorld();
  const collector = await Collecting.start(world);
  const router = await startBird(world, [
    { prefix: one, communities: ["65000:1"], largeCommunities: ["65000:1:2"] },
    { prefix: two },
    { prefix: six },
  ]);

  expect(await collector.line({ event: "established" })).toMatchObject({
    peer: peer.ipv4,
    asn: 65000,
    families: ["ipv4-unicast", "ipv6-unicast"],
    addPath: ["ipv4-unicast", "ipv6-unicast"],
  });
  const attributes = { origin: "igp", asPath: "65000", nextHop: peer.ipv4 };
  expect(await collector.line({ event: "announce", prefix: one })).toMatchObject({
    ...attributes,
    peer: peer.ipv4,
    pathId: expect.any(Number),
    communities: ["65000:1"],
    largeCommunities: ["65000:1:2"],
  });
  expect(await collector.line({ event: "announce", prefix: six })).toMatchObject({ nextHop: peer.ipv6 });
  expect(await collector.line({ event: "best", prefix: two })).toMatchObject({ ...attributes, peer: peer.ipv4 });

  await router.stop();
  expect(await collector.line({ event: "down" })).toMatchObject({ reason: "notification-received", peer: peer.ipv4 });
  await collector.line({ event: "withdraw", prefix: one });
  await collector.line({ event: "unreachable", prefix: six });
  expect(await collector.end()).toMatchObject({ code: 0, signal: null });
  expect(await collector.line({ event: "closing" })).toMatchObject({ destinations: 0 });
});

test.skipIf(reason !== null)(
  titled("ends the session of a router with too many prefixes, and keeps none"),
  async () => {
    world = await startWorld();
    const collector = await Collecting.start(world, "--max-prefixes", "1");
    const router = await startBird(world, [{ prefix: one }, { prefix: two }]);
    expect(await collector.line({ event: "down", reason: "max-prefixes" })).toMatchObject({
      peer: peer.ipv4,
      cause: expect.stringContaining("ipv4-unicast"),
    });
    await waitFor(
      "BIRD does not tell why the session ended",
      async () => ((await router.sessions())[0]?.lastError?.includes("prefixes") ? true : null),
      3000,
      50,
    );
    await collector.end();
    expect(await collector.line({ event: "closing" })).toMatchObject({ destinations: 0 });
  },
);

test("says how it is used when an argument is missing or wrong", () => {
  const run = (...args: readonly string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  const good = ["--asn", "65001", "--router-id", "10.0.0.1", "--from", "10.0.0.0/24"];
  for (const [args, words] of [
    [[], "--asn, --router-id and --from are needed"],
    [[...good, "--every", "0"], "--every is a number of seconds"],
    [[...good, "--max-prefixes", "0"], "limit"],
    [[...good, "--from", "10.0.0.0/33"], "10.0.0.0/33"],
  ] as const) {
    const { status, stderr } = run(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(stderr).toContain("usage: node dist/main.js --asn N --router-id A --from PREFIX");
  }
});
