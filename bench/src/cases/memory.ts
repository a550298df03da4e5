// Resident memory of one announcing node, two seconds after Established.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { announce } from "../announce.ts";

const announcement = await announce();
await sleep(2000);
const status = readFileSync(`/proc/${announcement.child.pid}/status`, "utf8");
const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
await announcement.stop();
console.log(JSON.stringify({ "vipcast announce, resident": kilobytes / 1024 }));
