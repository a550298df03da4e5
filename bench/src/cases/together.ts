// All at once in one process: two thousand sessions with hold time 3, of which none may be lost while a million routes come in and a hundred
// thousand go out; and while the neighbour that sent the million goes away.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { manyFrom, Program, patienceMs, startArena, startFeeder, usage } from "../scale/arena.ts";
import { writeFullTable } from "../scale/full-table.ts";

const sessions = Number(process.env["VIPCAST_BENCH_SESSIONS"] ?? 2000);
const received = Number(process.env["VIPCAST_BENCH_ROUTES"] ?? 1_000_000);
const announced = received / 10;
const holdTime = 3;
const listener = "10.64.250.1";
const figures: Record<string, number | { readonly value: number; readonly unit: string }> = {};

const timer = setTimeout(() => {
  process.stderr.write("all at once takes too long\n");
  process.exit(1);
}, 2 * patienceMs);
const folder = mkdtempSync(join(tmpdir(), "vipcast-together-"));
const sandbox = await startArena();
try {
  const file = join(folder, "table.bgp");
  writeFullTable(file, received, 65_001, Uint8Array.of(10, 0, 0, 1));
  const speaker = await Program.start(sandbox, "peer", "everything", {
    ...{ host: "0.0.0.0", port: 179, peerAs: 65_001, holdTime, idle: manyFrom, sessions },
    ...{ sender: "10.0.0.1", listener, routes: announced },
  });
  await speaker.said("ready");
  const many = await startFeeder(sandbox, { source: manyFrom, sessions, holdTime });
  await many.said("established");
  await sleep(2 * holdTime * 1000);
  // From here on turns are watched.
  await speaker.status();
  const sender = await startFeeder(sandbox, { file, holdTime });
  const hearer = await startFeeder(sandbox, { source: listener, holdTime });
  const [end, heard] = await Promise.all([speaker.said("received"), hearer.said("end-of-rib")]);
  const [began, up] = [await sender.said("writing"), await hearer.said("established")];
  if (end["routes"] !== received) throw new Error(`there are ${end["routes"]} routes of ${received}`);
  figures[`${received.toLocaleString("en")} routes received`] = Number(end["at"]) - Number(began["at"]);
  figures[`${announced.toLocaleString("en")} routes announced meanwhile`] = Number(heard["at"]) - Number(up["at"]);
  await sleep(2 * holdTime * 1000);
  const full = await speaker.status();
  figures["longest turn of the event loop, processor time"] = Number(full["longestTurnMs"]);
  figures["resident"] = { value: (await usage(sandbox, speaker.process.pid)).megabytes, unit: "MB" };
  await sender.stop();
  const goneAt = performance.now();
  let after = await speaker.status();
  const turnMs: number[] = [];
  while (Number(after["routes"]) > 0) {
    if (performance.now() - goneAt > patienceMs)
      throw new Error(`${after["routes"]} routes are left of a lost neighbour`);
    await sleep(20);
    after = await speaker.status();
    turnMs.push(Number(after["longestTurnMs"]));
  }
  figures["routes of the lost neighbour gone"] = performance.now() - goneAt;
  figures["longest turn meanwhile, processor time"] = Math.max(0, ...turnMs);
  await sleep(2 * holdTime * 1000);
  // The sender was one of them.
  figures["sessions lost"] = { value: Number((await speaker.status())["lost"]) - 1, unit: "sessions" };
  await Promise.all([many.stop(), hearer.stop(), speaker.stop()]);
} finally {
  await sandbox.close();
  clearTimeout(timer);
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(figures));
