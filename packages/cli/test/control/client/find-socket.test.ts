import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findSocket } from "../../../src/control/client/find-socket.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-find-"));
  mkdirSync(join(folder, "vipcast"));
  writeFileSync(join(folder, "vipcast", "blue.sock"), "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const user = 1000;
const found = (options: Readonly<Record<string, string>>, uid: number): Promise<string> =>
  findSocket(
    { values: new Map(Object.entries(options).map(([name, value]) => [name, [value]])) },
    { XDG_RUNTIME_DIR: folder },
    uid,
  );

test("an option that names a socket counts, whoever asks", async () => {
  expect(await found({ socket: "/tmp/x.sock", instance: "blue" }, user)).toBe("/tmp/x.sock");
});

test("root asks the daemon of the system", async () => {
  expect(await found({}, 0)).toBe("/run/vipcast/vipcast.sock");
  expect(await found({ instance: "blue" }, 0)).toBe("/run/vipcast/blue.sock");
});

test("a user asks an own daemon where there is one, else that of the system", async () => {
  expect(await found({ instance: "blue" }, user)).toBe(join(folder, "vipcast", "blue.sock"));
  expect(await found({}, user)).toBe("/run/vipcast/vipcast.sock");
});
