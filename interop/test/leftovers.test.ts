import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { absence } from "../src/cell/run-cell.ts";
import { bird } from "../src/daemons/bird.ts";

const prove = fileURLToPath(new URL("../dist/prove.js", import.meta.url));

/** Every process below a process, by the parent numbers in /proc. */
function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended between the listing and the look.
    }
  }
  const below = [pid];
  for (const parent of below) for (const [child, its] of parents) if (its === parent) below.push(child);
  return below.slice(1);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let left = 250; left > 0; left--) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(what);
}

describe("a run that is killed in the middle", () => {
  const reason = absence(bird);

  test.skipIf(reason !== null)(`leaves no process behind${reason === null ? "" : ` (${reason})`}`, async () => {
    const before = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
    const run = spawn(process.execPath, [prove, "--cells", "hold-expiry on BIRD"], { stdio: "ignore" });
    const pid = run.pid ?? 0;
    // These five: unshare, the sandbox, dumpcap, BIRD and vipcast.
    await until("the cell does not get going", () => descendants(pid).length >= 5);
    const started = descendants(pid);
    run.kill("SIGKILL");
    await until("processes are left behind", () => started.every((child) => !existsSync(`/proc/${child}`)));
    expect(existsSync("/run/netns") ? readdirSync("/run/netns") : []).toEqual(before);
  });
});
