import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { bootId, isRunning, parseStartTicks, processIdentity } from "../../src/host/process-identity.ts";

describe("process identity", () => {
  it("reads the start time behind a command name with spaces and parentheses", () => {
    const tail = `S ${Array.from({ length: 40 }, (_, i) => i + 4).join(" ")}`;
    expect(parseStartTicks(`123 (node) ${tail}`)).toBe(22);
    expect(parseStartTicks(`123 (a) b (c)) ${tail}`)).toBe(22);
    expect(parseStartTicks("123 (node) S 1 2")).toBeUndefined();
    expect(parseStartTicks("")).toBeUndefined();
  });

  it("knows this process, and that another with its number is another", () => {
    const own = processIdentity()!;
    expect(own).toMatchObject({ pid: process.pid, bootId: bootId() });
    expect(own.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(isRunning(own)).toBe(true);
    expect(isRunning({ ...own, startTicks: own.startTicks + 1 })).toBe(false);
    expect(isRunning({ ...own, bootId: "another boot" })).toBe(false);
  });

  it("knows that a process has ended", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const identity = processIdentity(child.pid)!;
    expect(isRunning(identity)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isRunning(identity)).toBe(false);
    expect(processIdentity(2 ** 22 + 1)).toBeUndefined();
  });
});
