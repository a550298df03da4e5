// A million IPv4 routes over TCP into the RIB: from the first octet written to the last route counted, and what they take.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonDriver } from "@vipcast/interop/daemons/driver";
import type { Sandbox } from "@vipcast/lab";
import {
  acceptedRoutes,
  countedDaemons,
  installed,
  Program,
  patienceMs,
  processNames,
  startArena,
  startDaemon,
  startFeeder,
  usage,
} from "../scale/arena.ts";
import { writeFullTable } from "../scale/full-table.ts";

const routes = Number(process.env["VIPCAST_BENCH_ROUTES"] ?? 1_000_000);

const figures: Record<string, number | { readonly value: number; readonly unit: string }> = {};

function note(impl: string, ms: number, cpuMs: number, megabytes: number): void {
  figures[impl] = ms;
  figures[`${impl}, processor time`] = cpuMs;
  figures[`${impl}, resident`] = { value: megabytes, unit: "MB" };
}

async function vipcast(sandbox: Sandbox, file: string): Promise<void> {
  const options = { host: "0.0.0.0", port: 179, peer: "10.0.0.1", peerAs: 65_001 };
  const receiver = await Program.start(sandbox, "peer", "receiver", options);
  await receiver.said("ready");
  const feeder = await startFeeder(sandbox, { file });
  const received = await receiver.said("received");
  const { at } = await feeder.said("writing");
  const { megabytes } = await usage(sandbox, receiver.process.pid);
  if (received["routes"] !== routes) throw new Error(`vipcast has ${received["routes"]} routes of ${routes}`);
  note("vipcast", Number(received["at"]) - Number(at), Number(received["cpuMs"]), megabytes);
  figures["vipcast, longest pause of the event loop"] = Number(received["maxDelayMs"]);
  figures["vipcast, longest turn of the event loop, processor time"] = Number(received["longestTurnMs"]);
  await feeder.stop();
  await receiver.stop();
}

/** BIRD's interop configuration gives every route to the kernel, which is not what is measured here. */
function withoutKernel(driver: DaemonDriver): DaemonDriver {
  const keep = (text: string): string => text.replaceAll("export where source = RTS_BGP;", "export none;");
  const files: DaemonDriver["files"] = (spec, place) =>
    driver.files(spec, place).map((file) => ({ ...file, text: keep(file.text) }));
  return driver.name === "bird" ? { ...driver, files } : driver;
}

async function daemon(sandbox: Sandbox, installedDriver: DaemonDriver, file: string): Promise<void> {
  const driver = withoutKernel(installedDriver);
  const running = await startDaemon(sandbox, driver, 1);
  try {
    const idle = await usage(sandbox, processNames[driver.name]);
    const feeder = await startFeeder(sandbox, { file });
    const { at } = await feeder.said("writing");
    const end = performance.now() + patienceMs;
    let count = 0;
    let countedAt = 0;
    while (count < routes) {
      if (performance.now() > end) throw new Error(`${driver.title} has ${count} routes of ${routes}`);
      await sleep(20);
      count = await acceptedRoutes(sandbox, driver);
      countedAt = Number(process.hrtime.bigint()) / 1e6;
    }
    const { megabytes, cpuMs } = await usage(sandbox, processNames[driver.name]);
    note(driver.title, countedAt - Number(at), cpuMs - idle.cpuMs, megabytes);
    await feeder.stop();
  } finally {
    await running.kill();
  }
}

const folder = mkdtempSync(join(tmpdir(), "vipcast-receive-"));
const sandbox = await startArena();
try {
  const file = join(folder, "table.bgp");
  writeFullTable(file, routes, 65_001, Uint8Array.of(10, 0, 0, 1));
  const only = process.env["VIPCAST_BENCH_IMPL"]?.split(",");
  if (only === undefined || only.includes("vipcast")) await vipcast(sandbox, file);
  for (const driver of installed(only ?? countedDaemons))
    await daemon(sandbox, driver, file).catch((error: Error) =>
      process.stderr.write(`${driver.title} is not measured: ${error.message}\n`),
    );
} finally {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(figures));
