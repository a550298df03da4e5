import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cli } from "../support/world.ts";
import { vip } from "./fixtures.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-output-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a reader that has seen enough ends the verb, and is no failure", async () => {
  const text = JSON.stringify({ vips: Array.from({ length: 5000 }, () => vip()) });
  const path = join(folder, "s");
  const server = createServer((_request, response) => response.end(text));
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  try {
    const child = spawn(process.execPath, [cli, "vips", "--json", "--socket", path], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      err += chunk;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    expect([await new Promise((resolve) => child.once("close", resolve)), err]).toEqual([0, ""]);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("an answer that is longer than a pipe reaches a reader that is slow", async () => {
  const vips = Array.from({ length: 2000 }, () => vip());
  const path = join(folder, "s");
  const server = createServer((_request, response) => response.end(JSON.stringify({ vips })));
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  try {
    const child = spawn(process.execPath, [cli, "vips", "--json", "--socket", path], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await sleep(300);
    let text = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) text += chunk as string;
    expect(text.length).toBeGreaterThan(500_000);
    expect(JSON.parse(text)).toEqual({ vips });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
