import { existsSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ControlSettings } from "../../src/config/settings.ts";
import { Control } from "../../src/control/control.ts";
import { EventHistory } from "../../src/control/event-history.ts";
import type { ControlTarget } from "../../src/control/target.ts";
import { createLog, type Log } from "../../src/output/log.ts";

const settings: ControlSettings = { socket: null, group: null, listen: null, names: [], tokenFile: null, tls: null };
/** Of the daemon nothing is asked here but its events. */
const target = { daemon: { history: new EventHistory(0) } } as unknown as ControlTarget;

describe("the control socket", () => {
  let folder: string;
  let path: string;
  let control: Control;
  let lines: string[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "vipcast-control-"));
    path = join(folder, "run/c.sock");
    lines = [];
    const note = (_fields: object, text: string): void => void lines.push(text);
    const log: Log = { ...createLog("info"), info: note, warn: note, error: note };
    control = new Control(target, path, log, { retryMs: 50, lookMs: 20 });
    await control.set(settings);
  });
  afterEach(async () => {
    await control.set(null);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Who answers at the path: the API with the status of a request, or the code of the error. */
  const answer = (): Promise<string> =>
    new Promise((resolve) => {
      const asked = request({ socketPath: path, path: "/v1/events", agent: false }, (response) => {
        response.resume();
        resolve(String(response.statusCode));
      });
      asked.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "?"));
      asked.end();
    });

  test("is made again when somebody removes it, and when its folder goes with it", async () => {
    expect(await answer()).toBe("200");
    rmSync(path);
    expect(await answer()).toBe("ENOENT");
    await expect.poll(answer, { interval: 10 }).toBe("200");
    rmSync(join(folder, "run"), { recursive: true });
    await expect.poll(answer, { interval: 10 }).toBe("200");
    const removed = `somebody has removed the control socket ${path}; it is made anew`;
    const served = `the control API is served on ${path}`;
    expect(lines).toEqual([served, removed, served, removed, served]);
  });

  test("is not taken from another process that listens there meanwhile, and comes back when that ends", async () => {
    rmSync(path);
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(path, resolve));
    const { ino } = lstatSync(path);
    await expect.poll(() => lines.at(-1), { interval: 10 }).toMatch(/another process answers on .*; stop it/);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(lstatSync(path).ino).toBe(ino);
    // Tried again, and said once.
    expect(lines.filter((line) => line.includes("another process"))).toHaveLength(1);
    await new Promise((resolve) => other.close(resolve));
    await expect.poll(answer, { interval: 10 }).toBe("200");
  });

  test("touches nothing that was put in its place", async () => {
    rmSync(path);
    writeFileSync(path, "precious");
    await expect.poll(() => lines.at(-1), { interval: 10 }).toContain("is no socket; remove it");
    await control.set(null);
    expect(lstatSync(path).size).toBe(8);
  });

  test("is not made again once it is not wanted any more", async () => {
    await control.set({ ...settings, socket: "none" });
    expect(existsSync(path)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect([existsSync(path), lines]).toEqual([false, [`the control API is served on ${path}`]]);
  });
});
