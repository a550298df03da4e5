import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { groupNumber, openUnixSocket } from "../../../src/control/server/unix-socket.ts";

let folder: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-socket-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(path: string, group: string | null = null): Promise<Awaited<ReturnType<typeof openUnixSocket>>> {
  const server = createServer();
  servers.push(server);
  return openUnixSocket(server, { path, group });
}

const message = async (path: string, group: string | null = null): Promise<string> => {
  const outcome = await open(path, group);
  return outcome.ok ? "open" : outcome.message;
};

describe("openUnixSocket", () => {
  test("makes folder and socket with narrow rights, and leaves nothing else", async () => {
    const path = join(folder, "run/vipcast.sock");
    const outcome = await open(path, String(process.getgid?.() ?? 0));
    expect(outcome.ok).toBe(true);
    const { mode, gid } = lstatSync(path);
    expect([mode & 0o777, gid]).toEqual([0o660, process.getgid?.()]);
    expect(lstatSync(join(folder, "run")).mode & 0o022).toBe(0);
    expect(readdirSync(join(folder, "run"))).toEqual(["vipcast.sock"]);
    if (outcome.ok) outcome.socket.remove();
    expect(existsSync(path)).toBe(false);
  });

  test("replaces what a dead process has left, and leaves a socket on which somebody answers", async () => {
    const path = join(folder, "s");
    const first = await open(path);
    expect(first.ok).toBe(true);
    expect(await message(path)).toBe(`another process answers on ${path}; stop it, or write another path`);
    // The listener goes and its file stays.
    servers[0]?.close();
    expect(existsSync(path)).toBe(true);
    expect(await message(path)).toBe("open");
    await new Promise<void>((resolve, reject) => {
      createConnection({ path }, resolve).on("error", reject);
    });
    // The first one's end does not take away what is the second one's now.
    if (first.ok) first.socket.remove();
    expect(existsSync(path)).toBe(true);
  });

  test("touches nothing that is no socket", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "precious");
    expect(await message(file)).toBe(`${file} is there and is no socket; remove it, or write another path`);
    const link = join(folder, "link");
    symlinkSync(file, link);
    expect(await message(link)).toBe(`${link} is there and is a symbolic link; remove it, or write another path`);
    expect(lstatSync(file).size).toBe(8);
  });

  test("refuses a folder where others could replace it, unless the sticky bit keeps them from it", async () => {
    const open = join(folder, "open");
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(await message(join(open, "s"))).toBe(
      `others can write to the folder ${open} and could replace the socket; run chmod go-w ${open}`,
    );
    chmodSync(open, 0o1777);
    expect(await message(join(open, "s"))).toBe("open");
  });

  test("says what is wrong with a path or a group", async () => {
    const long = join(folder, "x".repeat(200));
    expect(await message(long)).toBe(
      `the path ${long} is longer than 107 octets, which no socket can have; write a shorter one`,
    );
    expect(await message(join(folder, "s"), "no-such-group")).toBe(
      "there is no group no-such-group on this host; create it, or write another one",
    );
    writeFileSync(join(folder, "file"), "");
    expect(await message(join(folder, "file/s"))).toBe(`${join(folder, "file")} is not a folder; write another path`);
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

test("groups are found by name and by number", () => {
  const file = join(folder, "group");
  writeFileSync(file, "root:x:0:\nadm:x:4:syslog\nadmin:x:5:\nbroken:x::\n");
  expect(["root", "adm", "admin", "7", "ad", "broken", ".*", ""].map((name) => groupNumber(name, file))).toEqual([
    0,
    4,
    5,
    7,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
