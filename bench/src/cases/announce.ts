// Host routes to one neighbour: from its being Established, as it sees it, to the last octet of the last UPDATE before End-of-RIB.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { node, peer } from "@vipcast/interop/cell/world";
import type { DaemonDriver } from "@vipcast/interop/daemons/driver";
import type { Sandbox } from "@vipcast/lab";
import {
  acceptedRoutes,
  installed,
  manyFrom,
  Program,
  patienceMs,
  startArena,
  startDaemon,
  startFeeder,
} from "../scale/arena.ts";
import { writeHostRoutes } from "../scale/full-table.ts";

const counts: readonly number[] = [100_000, 1000];
const only = process.env["VIPCAST_BENCH_IMPL"]?.split(",");
const figures: Record<string, number | { readonly value: number; readonly unit: string }> = {};

/** The feeder sees End-of-RIB: what it took, and in how many UPDATEs. `whenDone` comes before the session ends. */
async function measure(
  sandbox: Sandbox,
  impl: string,
  routes: number,
  whenDone: () => Promise<void> = async () => undefined,
): Promise<void> {
  const feeder = await startFeeder(sandbox, {});
  const { at } = await feeder.said("established");
  const end = await feeder.said("end-of-rib");
  const name = `${impl}, ${routes.toLocaleString("en")} routes`;
  figures[name] = Number(end["at"]) - Number(at);
  figures[`${name}, in`] = { value: Number(end["updates"]), unit: "UPDATEs" };
  await whenDone();
  await feeder.stop();
}

async function vipcast(sandbox: Sandbox, routes: number): Promise<void> {
  const options = { host: "0.0.0.0", port: 179, peer: "10.0.0.1", peers: 1, peerAs: 65_001, routes };
  const announcer = await Program.start(sandbox, "peer", "announcer", options);
  await announcer.said("ready");
  await session(sandbox, announcer, "vipcast", routes);
  // The second session finds the code compiled, as a speaker that has run for a while does.
  await session(sandbox, announcer, "vipcast, second session", routes);
  await announcer.stop();
}

/** One session, and what it takes of the processor, of all threads: on a busy machine the time that passes is mostly others' work. */
async function session(sandbox: Sandbox, announcer: Program, impl: string, routes: number): Promise<void> {
  // Asked before the session and after the routes: whoever is measured does nothing else in between.
  const before = await announcer.status();
  await measure(sandbox, impl, routes, async () => {
    const { cpuMs } = await announcer.status();
    const name = `${impl}, ${routes.toLocaleString("en")} routes, processor time from the connection on`;
    figures[name] = Number(cpuMs) - Number(before["cpuMs"]);
  });
}

async function daemon(sandbox: Sandbox, driver: DaemonDriver, routes: number): Promise<void> {
  const own = Array.from({ length: routes }, (_, n) => ({
    prefix: `100.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}/32`,
  }));
  const running = await startDaemon(sandbox, driver, 1, { routes: own });
  try {
    await measure(sandbox, driver.title, routes);
  } finally {
    await running.kill();
  }
}

/** Octets of a host route in an UPDATE. */
const routeOctets = 5;

/** For who sends no End-of-RIB to a neighbour without graceful restart: nothing has come for so long. */
const quietMs = 3000;

async function measureQuiet(sandbox: Sandbox, impl: string, routes: number): Promise<void> {
  const feeder = await startFeeder(sandbox, {});
  const { at } = await feeder.said("established");
  const giveUpAt = performance.now() + patienceMs;
  let status = await feeder.status();
  for (let since = performance.now(); performance.now() - since < quietMs; ) {
    if (performance.now() > giveUpAt) throw new Error(`only ${status["octets"]} octets came for ${routes} routes`);
    await sleep(200);
    const { octets } = status;
    status = await feeder.status();
    if (status["octets"] !== octets || Number(octets) < routeOctets * routes) since = performance.now();
  }
  const name = `${impl}, ${routes.toLocaleString("en")} routes`;
  figures[name] = Number(status["lastOctetAt"]) - Number(at);
  figures[`${name}, in`] = { value: Number(status["updates"]), unit: "UPDATEs" };
  await feeder.stop();
}

/** Those that take routes of their own one command at a time, or read very many for minutes, learn them from another neighbour instead. */
async function transit(sandbox: Sandbox, driver: DaemonDriver, routes: number): Promise<void> {
  const between = { localAddress: peer.ipv4, families: ["ipv4-unicast"] as const };
  const running = await startDaemon(sandbox, driver, 1, {
    neighbours: [
      { name: "feeder0", address: node.ipv4, asn: 65_001, ...between },
      { name: "source0", address: manyFrom, asn: 65_002, multihop: 4, ...between },
    ],
  });
  try {
    const file = join(folder, `${routes}.bgp`);
    // A third party's address on the link: nobody's own, and reachable.
    writeHostRoutes(file, routes, 65_002, Uint8Array.of(10, 0, 0, 77));
    const source = await startFeeder(sandbox, { source: manyFrom, asn: 65_002, file });
    const giveUpAt = performance.now() + patienceMs;
    while ((await acceptedRoutes(sandbox, driver)) < routes) {
      if (performance.now() > giveUpAt)
        throw new Error(`it has ${await acceptedRoutes(sandbox, driver)} of ${routes} routes`);
      await sleep(500);
    }
    await measureQuiet(sandbox, driver.title, routes);
    await source.stop();
  } finally {
    await running.kill();
  }
}

const timer = setTimeout(() => {
  process.stderr.write("announcing takes too long\n");
  process.exit(1);
}, 4 * patienceMs);
const folder = mkdtempSync(join(tmpdir(), "vipcast-announce-"));
const sandbox = await startArena();
try {
  for (const routes of counts) {
    if (only === undefined || only.includes("vipcast")) await vipcast(sandbox, routes);
    for (const driver of installed(only ?? ["bird", "openbgpd", "exabgp", "frr", "gobgp"])) {
      const learns = ["frr", "gobgp", "openbgpd"].includes(driver.name);
      await (learns ? transit : daemon)(sandbox, driver, routes).catch((error: Error) =>
        process.stderr.write(`${driver.title} is not measured: ${error.message}\n`),
      );
    }
  }
} finally {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
  clearTimeout(timer);
}
console.log(JSON.stringify(figures));
