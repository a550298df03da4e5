import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cli } from "./support/world.ts";

function vipcast(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

describe("the command line", () => {
  test("tells its version", () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(vipcast("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });

  test.each([["--help"], ["help"], ["-h"]])("lists its commands with %s", (word) => {
    const { code, out, err } = vipcast(word);
    expect(code).toBe(0);
    expect(out).toContain("announce");
    expect(out).toContain("lab");
    expect(err).toBe("");
  });

  test("without a command shows how to use it, as an error", () => {
    const { code, out, err } = vipcast();
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain("Usage: vipcast <command>");
  });

  test.each([
    ["anounce", "vipcast anounce: is not a command; did you mean vipcast announce.\n"],
    ["xyzzy", "vipcast xyzzy: is not a command; see vipcast --help.\n"],
    ["metrics", "vipcast metrics: is not a command; see vipcast --help.\n"],
  ])("turns %s away", (word, err) => {
    expect(vipcast(word)).toEqual({ code: 2, out: "", err });
  });

  test.each(["announce", "lab", "decode"])("help of %s ends with an example", (command) => {
    const { code, out } = vipcast(command, "--help");
    expect(code).toBe(0);
    expect(out).toContain(`Usage: vipcast ${command}`);
    expect(out.trimEnd().split("\n").at(-1)).toMatch(new RegExp(`^ {2}vipcast ${command} `));
    expect(vipcast("help", command).out).toBe(out);
  });

  test("reports every problem of announce at once and exits 2", () => {
    const { code, out, err } = vipcast(
      "announce",
      "192.0.2.10",
      "--asn",
      "0",
      "--peer",
      "10.0.0.254",
      "--hold-time",
      "2",
      "--allow-on-link",
      "--colour",
    );
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(
      err
        .trim()
        .split("\n")
        .map((line) => line.replace(/: .*/, "")),
    ).toEqual([
      "--colour",
      "--asn 0",
      "--hold-time 2",
      "--peer 10.0.0.254",
      "Nothing was bound and no session was opened; vipcast announce --help shows the options.",
    ]);
  });

  test.each([
    [["--nodes", "0"], "--nodes 0: the number of nodes is a whole number from 1 to 32; write for example --nodes 3."],
    [["--router", "embeded"], "--router embeded: is no router of the lab; did you mean embedded."],
    [["--scenario", "kill"], "--scenario kill: is no scenario of the lab; did you mean kill-node."],
    [
      ["--scenario", "chaos", "--seed", "-1"],
      "--seed -1: the seed is a whole number from 0 to 4294967295; write for example --seed 7.",
    ],
    [
      ["--scenario", "chaos", "--seconds", "0"],
      "--seconds 0: the time of faults is a whole number from 1 to 3600; write for example --seconds 60.",
    ],
    [
      ["--seed", "7"],
      "--seed: means nothing to the scenario demo; leave it out, or choose --scenario rival or kill-points or chaos.",
    ],
    [["three"], "vipcast lab three: takes no operand; leave it out, and see vipcast lab --help."],
    [["--node", "3"], "--node: is not an option of vipcast lab; did you mean --nodes."],
  ])("turns lab %j away", (args, sentence) => {
    expect(vipcast("lab", ...args)).toEqual({ code: 2, out: "", err: `${sentence}\n` });
  });
});
