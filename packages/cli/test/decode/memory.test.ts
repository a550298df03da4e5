import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cli } from "../support/world.ts";
import { attributes, ethernet, ip, keepalive, mrt, nlri113, octets, pcap, update } from "./support/build.ts";

// Memory is bounded whatever the length: the same input is given again and again through a pipe, and the most the process ever
// held is what Linux says about it at its end.
const folder = mkdtempSync(join(tmpdir(), "vipcast-decode-"));
afterAll(() => rmSync(folder, { recursive: true }));
const report = join(folder, "report.cjs");
writeFileSync(
  report,
  `process.on("exit", () => require("fs").writeFileSync(process.env.REPORT, String(process.resourceUsage().maxRSS)));`,
);

async function mostHeld(
  name: string,
  head: Uint8Array,
  part: Uint8Array,
  times: number,
  args: string[],
): Promise<number> {
  const path = join(folder, name);
  const child = spawn(process.execPath, ["--require", report, cli, "decode", ...args], {
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, REPORT: path },
  });
  const closed = once(child, "close");
  child.stdin.write(head);
  for (let i = 0; i < times; i++) if (!child.stdin.write(part)) await once(child.stdin, "drain");
  child.stdin.end();
  await closed;
  return Number(readFileSync(path, "utf8")) / 1024;
}

const announce = update({ attributes: attributes([65001, 65002]), nlri: nlri113.repeat(200) });
const none = ["--type", "open"];

describe("a long input takes less than 200 MB", () => {
  test("of an MRT file", async () => {
    const body = octets("0000fde90000fdea00000001", "0a0000010a000002", announce);
    const part = octets(...new Array<Uint8Array>(300).fill(mrt(16, 4, body)));
    expect(await mostHeld("mrt", octets(), part, 100, none)).toBeLessThan(200);
  });

  test("of a capture in which every other session never closes, and packets are missing", async () => {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < 2500; at++) {
      const ends = { from: `10.1.${at >> 8}.${at & 255}`, to: "10.0.0.2" };
      packets.push(ethernet(ip({ ...ends, sequence: 1, data: keepalive })));
      if (at % 2 === 0) packets.push(ethernet(ip({ ...ends, sequence: 1000, data: announce.subarray(0, 500) })));
    }
    const file = pcap(packets);
    expect(await mostHeld("pcap", file.subarray(0, 24), file.subarray(24), 6, none)).toBeLessThan(200);
  });

  test("of one line that never ends", async () => {
    const part = new Uint8Array(1 << 20).fill(0x66);
    expect(await mostHeld("hex", octets(), part, 96, ["--hex"])).toBeLessThan(200);
  });
});
