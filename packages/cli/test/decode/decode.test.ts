import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { toHex } from "@vipcast/bgp";
import { afterAll, describe, expect, test } from "vitest";
import { cli } from "../support/world.ts";
import { attributes, ethernet, ip, keepalive, message, mrt, nlri113, octets, pcap, update } from "./support/build.ts";
import { fixture } from "./support/fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "vipcast-decode-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function decode(input: Uint8Array | string, ...args: readonly string[]): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "decode", ...args], { input });
  return { code: status, out: stdout.toString(), err: stderr.toString() };
}

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const lines = ({ out }: Result): unknown[] =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const announce = update({ attributes: attributes([65001, 65002]), nlri: nlri113 });
const hex = toHex(announce);
const peers = { from: "10.0.0.1", to: "10.0.0.2" };
const capture = pcap([ethernet(ip({ ...peers, data: octets(keepalive, announce) }))]);
const dump = mrt(16, 4, octets("0000fde90000fdea00000001", "0a0000010a000002", announce));

describe("vipcast decode", () => {
  test.each([
    ["hexadecimal", `# one\n${hex}\n`],
    ["raw octets", octets(announce, announce)],
    ["a capture", capture],
    ["an MRT file", dump],
    ["hexadecimal in gzip", gzipSync(`# one\n${hex}\n`)],
    ["a capture in gzip", gzipSync(capture)],
  ])("tells from the content that it reads %s, from a pipe and from a file", (name, input) => {
    const piped = decode(input, "--json");
    expect(piped.err).toBe("");
    expect(piped.code).toBe(0);
    expect(lines(piped).at(-1)).toMatchObject({ type: "update", outcome: "ok", nlri: ["203.0.113.0/24"] });
    expect(decode("", file(name.replaceAll(" ", "-"), input), "--json")).toEqual(piped);
    expect(decode(input, "-", "--json")).toEqual(piped);
  });

  test("prints a malformed message like any other and exits 0", () => {
    const result = decode(`${toHex(message(6))}\n${hex}\n`, "--hex", "--json");
    expect(lines(result)).toMatchObject([
      {
        type: "malformed",
        typeCode: 6,
        outcome: "session-reset",
        problems: [{ rule: "header-type", rfc: "RFC 4271 §6.1" }],
        notification: { code: 1, subcode: 3, data: "06" },
      },
      { type: "update" },
    ]);
    expect(result).toMatchObject({ code: 0, err: "" });
  });

  test("prints what comes before the end of a cut-off input, says where that is, and exits 1", () => {
    const result = decode(octets(announce, announce.subarray(0, 25)), "--raw", "--json");
    expect(lines(result)).toMatchObject([{ type: "update", offset: 0 }]);
    expect(result.err).toBe(
      `standard input: The input ends inside the message at offset ${announce.length}: 25 of ${announce.length} octets are there.\n`,
    );
    expect(result.code).toBe(1);
  });

  test("prints what a broken gzip file holds before the fault, and exits 1", () => {
    const packed = gzipSync(`${hex}\n`.repeat(2000));
    const result = decode("", file("cut.gz", packed.subarray(0, packed.length - 9)), "--json");
    expect(lines(result).length).toBeGreaterThan(100);
    expect(result.err).toMatch(/cut\.gz: The gzip data ends before its end, after \d+ octets were unpacked\.\n$/);
    expect(result.code).toBe(1);
  });

  test.each([
    ["", "There is nothing in it."],
    ["\u0001\u0002\u0003", "Its format cannot be told; write --hex, --raw, --pcap or --mrt."],
    [
      octets("fd377a585a00000000"),
      "This is an xz file, which is not unpacked here: write xz -dc FILE | vipcast decode.",
    ],
    [
      octets("28b52ffd00000000"),
      "This is a zstd file, which is not unpacked here: write zstd -dc FILE | vipcast decode.",
    ],
  ])("says what is wrong with an input that is none of its formats: %j", (input, sentence) => {
    expect(decode(input)).toEqual({ code: 1, out: "", err: `standard input: ${sentence}\n` });
  });

  test.each([
    [["--hex", "--raw"], "--hex --raw: name several formats for one input; keep one of them."],
    [["a", "b"], "vipcast decode b: comes after the one input that is read; leave it out."],
    [["--add-path", "ipv4-unicat"], "--add-path ipv4-unicat: is no address family; did you mean ipv4-unicast."],
    [["--type", "updates"], "--type updates: is no type of message; did you mean update."],
    [
      ["--peer-as", "x"],
      "--peer-as x: an AS number is from 1 to 4294967295, or HIGH.LOW with each part up to 65535; write for example --peer-as 65001.",
    ],
    [["--hex", "--peer-as", "1"], "--peer-as: cannot be told from --hex input, which names no peers; leave it out."],
    [
      ["--prefix", "192.0.2.1/24"],
      "--prefix 192.0.2.1/24: is no prefix: an address, a slash and a length, with no bit set behind the length; write for example --prefix 192.0.2.0/24.",
    ],
    [["--josn"], "--josn: is not an option of vipcast decode; did you mean --json."],
  ])("turns %j away", (args, sentence) => {
    expect(decode("", ...args)).toEqual({ code: 2, out: "", err: `${sentence}\n` });
  });

  test("says that a file is not there, or is a folder, and exits 2", () => {
    expect(decode("", join(folder, "none"))).toEqual({
      code: 2,
      out: "",
      err: `${join(folder, "none")}: there is no such file; write the path of one, or - for standard input.\n`,
    });
    expect(decode("", folder)).toEqual({ code: 2, out: "", err: `${folder}: is a folder; name a file in it.\n` });
  });

  test("shows only what the filters let through", () => {
    const other = toHex(update({ attributes: attributes([65001]), nlri: "18c6336420c6336401" }));
    const input = `${hex}\n${other}\n${toHex(keepalive)}\n`;
    expect(lines(decode(input, "--json", "--type", "keepalive"))).toEqual([{ line: 3, type: "keepalive" }]);
    expect(lines(decode(input, "--json", "--prefix", "198.51.100.0/25"))).toMatchObject([{ line: 2 }]);
    expect(decode(input, "--prefix", "198.51.100.0/25").out).toBe(
      "line 2  announce 198.51.100.1/32 next-hop 192.0.2.1 origin igp path 65001\n",
    );
    expect(lines(decode(dump, "--json", "--peer-as", "65001"))).toHaveLength(1);
    expect(lines(decode(dump, "--json", "--peer-as", "65002"))).toEqual([]);
    expect(decode(input, "--peer-as", "65001").err).toBe(
      "standard input: It is hex input, which names no peers; leave --peer-as out.\n",
    );
  });

  test("shows routes one per line", () => {
    const { out } = decode(octets(update({ withdrawn: nlri113 }), announce, update({})), "--raw");
    expect(out).toBe(
      [
        "offset 0  withdraw 203.0.113.0/24",
        "offset 27  announce 203.0.113.0/24 next-hop 192.0.2.1 origin igp path 65001 65002",
        `offset ${27 + announce.length}  end-of-rib ipv4-unicast`,
        "",
      ].join("\n"),
    );
  });

  test("ends quietly when nobody reads on", async () => {
    const path = file("long.hex", `${hex}\n`.repeat(20_000));
    const child = spawn(process.execPath, [cli, "decode", path], { stdio: ["ignore", "pipe", "pipe"] });
    let err = "";
    child.stderr.on("data", (text: Buffer) => {
      err += text.toString();
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test("prints what has come while the pipe is still open", async () => {
    const child = spawn(process.execPath, [cli, "decode", "--json"], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.write(capture);
    const first = await new Promise<Buffer>((resolve) => child.stdout.once("data", resolve));
    expect(first.toString()).toContain('"type":"keepalive"');
    const closed = new Promise((resolve) => child.on("close", resolve));
    child.stdin.end();
    expect(await closed).toBe(0);
  });

  // util-linux's `script` gives the command a terminal.
  const terminal = spawnSync("script", ["--version"]).status === 0;
  test.skipIf(!terminal)("shows a progress line on a terminal while it reads a file, and takes it away", () => {
    const path = file("progress.hex", `${hex}\n`.repeat(150_000));
    const command = `'${process.execPath}' '${cli}' decode '${path}' --type open`;
    const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"]);
    const text = stdout.toString();
    expect(text).toMatch(/\[#*-*\] \d+ %, \d+ messages/);
    expect(text.endsWith("\r\u001b[K")).toBe(true);
    const nothing = spawnSync("script", ["-qec", `'${process.execPath}' '${cli}' decode`, "/dev/null"]);
    expect(nothing.stdout.toString()).toContain("vipcast decode: has nothing to read; name a file, or write -");
    expect(nothing.status).toBe(2);
  });

  test("reads the example, faulty messages and all", () => {
    const { code, out, err } = decode(
      "",
      fileURLToPath(new URL("../../../../examples/decode/session.hex", import.meta.url)),
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n").map((line) => line.replace(/^line \d+ {2}(\S+ \S+).*/, "$1"))).toEqual([
      "open AS65001",
      "line 6  keepalive",
      "announce 203.0.113.0/24",
      "announce 198.51.100.10/32",
      "announce 2001:db8:10::/48",
      "treat-as-withdraw: ORIGIN",
      "treat-as-withdraw 203.0.113.0/24",
      "treat-as-withdraw 198.51.100.10/32",
      "withdraw 198.51.100.10/32",
      "end-of-rib ipv4-unicast",
      "session-reset: header-type",
      "malformed message,",
      "notification 6/2",
      "",
    ]);
  });

  test("shows the example of its help as it says", () => {
    const { out } = decode("", "--help");
    const hex = /echo ([0-9a-f]+) \| vipcast decode --hex --json/.exec(out)?.[1];
    expect(lines(decode(`${hex}\n`, "--hex", "--json"))).toEqual([{ line: 1, type: "keepalive" }]);
  });

  test("reads a session between real speakers", () => {
    const result = decode(fixture("bird-bird.pcapng.hex"));
    expect(result.err).toBe("");
    expect(result.out.split("\n").map((line) => line.replace(/^\S+ /, ""))).toEqual(
      expect.arrayContaining([
        "10.99.0.1 AS65001  announce 203.0.113.0/24 path-id 2 next-hop 10.99.0.1 origin igp path 65001",
        "10.99.0.2 AS4200000001  announce 192.0.2.128/25 next-hop 10.99.0.2 origin igp path 4200000001",
        "10.99.0.1 AS65001  withdraw 2001:db8:1::/48",
        '10.99.0.1 AS65001  notification 6/2 Cease / Administrative Shutdown "maintenance"',
      ]),
    );
  });
});
