// Host routes to one neighbour: from its being Established, as it sees it, to the last octet of the last UPDATE before End-of-RIB.

import type { DaemonDriver } from "@vipcast/interop/daemons/driver";
import type { Sandbox } from "@vipcast/lab";
import { installed, Program, patienceMs, startArena, startDaemon, startFeeder } from "../scale/arena.ts";

const counts: readonly number[] = [100_000, 1000];
const only = process.env["VIPCAST_BENCH_IMPL"]?.split(",");
const figures: Record<string, number | { readonly value: number; readonly unit: string }> = {};

/** The feeder sees End-of-RIB: what it took, and in how many UPDATEs. */
async function measure(sandbox: Sandbox, impl: string, routes: number): Promise<void> {
  const feeder = await startFeeder(sandbox, {});
  const { at } = await feeder.said("established");
  const end = await feeder.said("end-of-rib");
  const name = `${impl}, ${routes.toLocaleString("en")} routes`;
  figures[name] = Number(end["at"]) - Number(at);
  figures[`${name}, in`] = { value: Number(end["updates"]), unit: "UPDATEs" };
  await feeder.stop();
}

async function vipcast(sandbox: Sandbox, routes: number): Promise<void> {
  const options = { host: "0.0.0.0", port: 179, peer: "10.0.0.1", peers: 1, peerAs: 65_001, routes };
  const announcer = await Program.start(sandbox, "peer", "announcer", options);
  await announcer.said("ready");
  await measure(sandbox, "vipcast", routes);
  figures[`vipcast, ${routes.toLocaleString("en")} routes, processor time`] = await sendingMs(announcer);
  // The second session finds the code compiled, as a speaker that has run for a while does.
  await measure(sandbox, "vipcast, second session", routes);
  figures[`vipcast, second session, ${routes.toLocaleString("en")} routes, processor time`] =
    await sendingMs(announcer);
  await announcer.stop();
}

async function sendingMs(announcer: Program): Promise<number> {
  const { cpuMs } = await announcer.said("sent");
  return Number(cpuMs);
}

async function daemon(sandbox: Sandbox, driver: DaemonDriver, routes: number): Promise<void> {
  const own = Array.from({ length: routes }, (_, n) => ({
    prefix: `100.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}/32`,
  }));
  const running = await startDaemon(sandbox, driver, 1, { routes: own });
  await measure(sandbox, driver.title, routes);
  await running.kill();
}

const timer = setTimeout(() => {
  process.stderr.write("announcing takes too long\n");
  process.exit(1);
}, 2 * patienceMs);
const sandbox = await startArena();
try {
  for (const routes of counts) {
    if (only === undefined || only.includes("vipcast")) await vipcast(sandbox, routes);
    // The others are given their routes one command at a time.
    for (const driver of installed(only ?? ["bird", "openbgpd"]))
      await daemon(sandbox, driver, routes).catch((error: Error) =>
        process.stderr.write(`${driver.title} is not measured: ${error.message}\n`),
      );
  }
} finally {
  await sandbox.close();
  clearTimeout(timer);
}
console.log(JSON.stringify(figures));
