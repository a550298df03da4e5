// Two thousand sessions with hold time 9 and no routes: how soon they are up, what they cost while nothing happens, and how long the event
// loop is held up when all come, and when all are lost, at one moment.
import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonDriver } from "@vipcast/interop/daemons/driver";
import type { Sandbox } from "@vipcast/lab";
import {
  installed,
  manyFrom,
  Program,
  processNames,
  startArena,
  startDaemon,
  startFeeder,
  usage,
} from "../scale/arena.ts";

const sessions = Number(process.env["VIPCAST_BENCH_SESSIONS"] ?? 2000);
const holdTime = 9;
const watchedMs = 12_000;
const figures: Record<string, number | { readonly value: number; readonly unit: string }> = {};

/**
 * Who lets no more than so many connections wait to be accepted, BIRD 2 for example: the kernel drops the others' SYNs, and tries again after
 * 1, 3, 7, … 127 s. Two thousand at once take longer than anybody waits.
 */
const shortQueues: Readonly<Record<string, number>> = { bird: 8 };

/** `whenUp` follows the last session, before the idling; `atOnce` null: all connect at the same time. */
async function measure(
  sandbox: Sandbox,
  impl: string,
  who: readonly string[] | number,
  { whenUp = async () => undefined, atOnce = null }: { whenUp?: () => Promise<void>; atOnce?: number | null },
): Promise<void> {
  const feeder = await startFeeder(sandbox, { source: manyFrom, sessions, holdTime, atOnce });
  const started = await feeder.said("started");
  const up = await feeder.said("established");
  const upName = atOnce === null ? "all up" : `all up, no more than ${atOnce} at once`;
  figures[`${impl}, ${upName}`] = Number(up["at"]) - Number(started["at"]);
  await whenUp();
  // The first seconds are not idle yet.
  await sleep(4000);
  const before = await usage(sandbox, who);
  const beganAt = performance.now();
  await sleep(watchedMs);
  const after = await usage(sandbox, who);
  const passedMs = performance.now() - beganAt;
  figures[`${impl}, resident`] = { value: after.megabytes, unit: "MB" };
  figures[`${impl}, idle`] = { value: (100 * (after.cpuMs - before.cpuMs)) / passedMs, unit: "% CPU" };
  const status = await feeder.status();
  figures[`${impl}, lost`] = { value: Number(status["lost"]), unit: "sessions" };
  await feeder.stop();
}

async function vipcast(sandbox: Sandbox): Promise<void> {
  const options = { host: "0.0.0.0", port: 179, peer: manyFrom, peers: sessions, peerAs: 65_001, routes: 0 };
  const speaker = await Program.start(sandbox, "peer", "announcer", options);
  await speaker.said("ready");
  const longestTurn = async (when: string): Promise<void> => {
    const { longestTurnMs } = await speaker.status();
    figures[`vipcast, longest turn of the event loop ${when}, processor time`] = Number(longestTurnMs);
  };
  await measure(sandbox, "vipcast", speaker.process.pid, {
    whenUp: () => longestTurn("as all come"),
  });
  await speaker.said("gone");
  await longestTurn("as all are lost");
  await speaker.stop();
}

async function daemon(sandbox: Sandbox, driver: DaemonDriver): Promise<void> {
  const running = await startDaemon(sandbox, driver, sessions, {}, holdTime);
  try {
    await measure(sandbox, driver.title, processNames[driver.name], { atOnce: shortQueues[driver.name] ?? null });
  } finally {
    await running.kill();
  }
}

const only = process.env["VIPCAST_BENCH_IMPL"]?.split(",");
const sandbox = await startArena();
try {
  if (only === undefined || only.includes("vipcast")) await vipcast(sandbox);
  for (const driver of installed(only ?? ["bird", "gobgp"])) {
    await daemon(sandbox, driver).catch((error: Error) =>
      process.stderr.write(`${driver.title} is not measured: ${error.message}\n`),
    );
  }
} finally {
  await sandbox.close();
}
console.log(JSON.stringify(figures));
