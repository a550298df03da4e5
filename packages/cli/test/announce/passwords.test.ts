import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPasswords } from "../../src/announce/passwords.ts";
import type { PeerSettings } from "../../src/announce/settings.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function peer(passwordFile: string | null): PeerSettings {
  return {
    address: "10.0.0.254",
    version: 4,
    asn: 65000,
    port: 179,
    passive: false,
    passwordFile,
    ttlSecurity: null,
    multihop: null,
    source: null,
    interface: null,
    timers: { holdTime: 9, keepalive: 3, connectRetry: 5 },
    families: ["ipv4-unicast"],
    addPath: null,
    gracefulRestart: null,
    advertisementInterval: null,
    description: null,
  };
}

function file(content: string | Buffer, mode = 0o600): string {
  const path = join(folder, `key-${Math.random()}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe("the key of a peer", () => {
  test.each([
    ["secret:with,commas and spaces\n", "secret:with,commas and spaces"],
    ["secret\r\n", "secret"],
    ["secret", "secret"],
    ["two newlines\n\n", "two newlines\n"],
    ["x".repeat(80), "x".repeat(80)],
    ["ключ\n", "ключ"],
  ])("in a file with %j is %j", (content, key) => {
    const { keys, problems, warnings } = readPasswords([peer(file(content))], {});
    expect(problems).toEqual([]);
    expect(warnings).toEqual([]);
    expect(keys.get("10.0.0.254")).toBe(key);
  });

  test.each([
    ["", "holds no key"],
    ["\n", "holds no key"],
    [`${"x".repeat(81)}\n`, "holds more than the 80 octets of a TCP MD5 key"],
    [Buffer.from([0xff, 0xfe, 0x41]), "holds a key that is not UTF-8 text"],
  ])("is refused when the file holds %j", (content, rule) => {
    const { keys, problems } = readPasswords([peer(file(content))], {});
    expect(keys.size).toBe(0);
    expect(problems).toMatchObject([{ rule, remedy: "put the key alone into the file, as one line" }]);
  });

  test("is refused when there is no such file, or it is a folder", () => {
    expect(readPasswords([peer("/nonexistent/key")], {}).problems[0]?.rule).toBe("cannot be read, it does not exist");
    expect(readPasswords([peer(folder)], {}).problems[0]?.rule).toBe("cannot be read, it is a folder");
  });

  test("is used with a warning that does not show it when every user can read the file", () => {
    const path = file("hunter2", 0o644);
    const { keys, warnings } = readPasswords([peer(path)], {});
    expect(keys.get("10.0.0.254")).toBe("hunter2");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`chmod 600 ${path}`);
    expect(warnings[0]).not.toContain("hunter2");
  });

  test("comes from the environment for peers without a file, and is not left there", () => {
    const environment = { VIPCAST_PEER_PASSWORD: "from env" };
    const own = { ...peer(file("own")), address: "10.0.0.253" };
    const { keys } = readPasswords([peer(null), own], environment);
    expect([...keys]).toEqual([
      ["10.0.0.254", "from env"],
      ["10.0.0.253", "own"],
    ]);
    expect(environment).toEqual({});
  });

  test("is nothing where nobody set one", () => {
    expect(readPasswords([peer(null)], {}).keys.size).toBe(0);
  });
});
