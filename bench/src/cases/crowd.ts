// Five hundred neighbours with hold time 3 that all send two thousand routes at the same moment, as after the restart of a route collector: how
// long the event loop is held up, and whether a session is lost for it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { manyFrom, Program, patienceMs, startArena, startFeeder } from "../scale/arena.ts";
import { writeFullTable } from "../scale/full-table.ts";

const neighbours = Number(process.env["VIPCAST_BENCH_SESSIONS"] ?? 500);
const each = 2000;
const holdTime = 3;
const figures: Record<string, number | { readonly value: number; readonly unit: string }> = {};

const timer = setTimeout(() => {
  process.stderr.write("the crowd takes too long\n");
  process.exit(1);
}, 2 * patienceMs);
const folder = mkdtempSync(join(tmpdir(), "vipcast-crowd-"));
const sandbox = await startArena();
try {
  const file = join(folder, "table.bgp");
  writeFullTable(file, each, 65_001, Uint8Array.of(10, 0, 0, 1));
  const place = { host: "0.0.0.0", port: 179, peer: manyFrom, peers: neighbours, peerAs: 65_001, holdTime };
  const speaker = await Program.start(sandbox, "peer", "crowd", place);
  await speaker.said("ready");
  const all = { source: manyFrom, sessions: neighbours, holdTime, file, writers: neighbours };
  const feeder = await startFeeder(sandbox, all);
  const received = await speaker.said("received");
  const { at } = await feeder.said("writing");
  if (received["routes"] !== neighbours * each) throw new Error(`there are ${received["routes"]} routes`);
  const name = `${neighbours} neighbours send ${each.toLocaleString("en")} routes each`;
  figures[`${name}: received`] = Number(received["at"]) - Number(at);
  figures[`${name}: processor time`] = Number(received["cpuMs"]);
  figures[`${name}: longest turn of the event loop, processor time`] = Number(received["longestTurnMs"]);
  await sleep(2 * holdTime * 1000);
  figures[`${name}: sessions lost`] = { value: Number((await speaker.status())["lost"]), unit: "sessions" };
  await Promise.all([feeder.stop(), speaker.stop()]);
} finally {
  await sandbox.close();
  clearTimeout(timer);
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(figures));
