import { type ChildProcess, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { descriptors, run } from "./carried-out.ts";

describe("an exec check", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vipcast-exec-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  });
  const script = (text: string): string => {
    const path = join(folder, "check");
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it("goes by the exit code, keeps the output, and passes words on as they are", async () => {
    const path = script('echo "$1 $2"; [ "$3" = good ]');
    expect(await run({ exec: [path, "a b", "$HOME;`id`", "good"] })).toEqual({
      ok: true,
      detail: "exit code 0",
      output: "a b $HOME;`id`",
    });
    expect(await run({ exec: [path, "not", "ready"] })).toEqual({
      ok: false,
      detail: "exit code 1: not ready",
      output: "not ready",
    });
    expect(await run({ exec: "/nonexistent/check" })).toEqual({ ok: false, detail: "spawn /nonexistent/check ENOENT" });
  });

  it("tells the program which VIP it is for, and none of our secrets", async () => {
    process.env.VIPCAST_TEST_SECRET = "hidden";
    onTestFinished(() => {
      delete process.env.VIPCAST_TEST_SECRET;
    });
    const path = script(
      'echo "$VIPCAST_VIP $VIPCAST_ADDRESS $VIPCAST_INTERFACE $VIPCAST_TIMEOUT_MS $MORE $VIPCAST_TEST_SECRET"; pwd',
    );
    expect(await run({ exec: path, env: { MORE: "more" } })).toMatchObject({
      output: "192.0.2.10/32 192.0.2.10 lo 2000 more \n/",
    });
  });

  it("keeps the end of what is written, and only so much", async () => {
    const path = script("head -c 1000000 /dev/zero | tr '\\0' x; echo the end");
    const { output = "" } = await run({ exec: path });
    expect(output.length).toBeLessThanOrEqual(4096);
    expect(output.endsWith("the end")).toBe(true);
  });

  it("is killed with everything it has started when time is up, and what it wrote is kept", async () => {
    const path = script(`echo waiting; sleep 1000 & echo $! > ${folder}/pid; sleep 1000`);
    expect(await run({ exec: path }, 300)).toMatchObject({ ok: false, output: "waiting" });
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await expect.poll(() => isGone(pid)).toBe(true);
  });

  it("does not wait for what it left in the background, and leaves no zombie or descriptor", async () => {
    const path = script(`sleep 1000 & echo $! > ${folder}/pid; echo done`);
    const started = Date.now();
    expect(await run({ exec: path })).toMatchObject({ ok: true, output: "done" });
    expect(Date.now() - started).toBeLessThan(1500);
    await expect.poll(() => isGone(Number(readFileSync(join(folder, "pid"), "utf8")))).toBe(true);
    const before = descriptors();
    for (let round = 0; round < 8; round++) await run({ exec: "/bin/true" });
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 1);
    const children = spawnSync("ps", ["--ppid", String(process.pid), "-o", "stat="], { encoding: "utf8" });
    expect(children.stdout.split("\n").filter((state) => state.startsWith("Z"))).toEqual([]);
  });
});

function isGone(pid: ChildProcess["pid"]): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}
