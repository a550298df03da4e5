import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cli } from "./support/world.ts";

/** The bit of SIGHUP in the set of caught signals. Node catches the other two itself, to put the terminal right. */
const hangUp = 1n;

function catches(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return (BigInt(`0x${caught}`) & hangUp) !== 0n;
}

describe("a signal in the first moments", () => {
  const common = [
    "announce",
    "--no-bind",
    "--allow-on-link",
    "192.0.2.10/32",
    "--asn",
    "65001",
    "--router-id",
    "10.0.0.1",
  ];
  const args = [...common, "--state-dir", "/nonexistent", "--peer", "127.0.0.1,asn=65000,port=1"];

  test.each([0, 5, 20, 50])("%i ms after it can be caught ends the command in order, with exit code 0", async (ms) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
    while (!catches(child.pid!)) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, ms));
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  test("is kept while the command line is still being read, and wrong usage stays wrong usage", async () => {
    const child = spawn(process.execPath, [cli, ...args, "--bogus"], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
    while (!catches(child.pid!)) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill("SIGTERM");
    expect(await ended).toBe(2);
  });
});
