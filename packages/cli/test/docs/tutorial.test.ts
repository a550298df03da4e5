import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { canMakeNamespaces, cli } from "../support/world.ts";

const page = readFileSync(fileURLToPath(new URL("../../../../docs/tutorial.md", import.meta.url)), "utf8");

/** Commands of the page in their order, each with what it says that they print. */
const steps = [...page.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm)].map(
  ([, commands = "", output = ""]) => ({ commands, output }),
);
const installed = 2;

/** Whether a line is as the page says, where `…` is anything. */
function fits(line: string, wanted: string): boolean {
  const escaped = wanted
    .trimEnd()
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`).test(line.trimEnd());
}

/** Runs a script in the shell of `vipcast lab --shell`. */
function inLab(
  script: string,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [cli, "lab", "--shell"], {
    env: { ...process.env, SHELL: "/bin/bash", PATH: `${dirname(process.execPath)}:${process.env["PATH"]}` },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end(script);
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
}

test("the tutorial begins with what a reader has to have", () => {
  expect(steps.slice(0, installed).map(({ commands }) => commands.trim())).toEqual([
    "npx --yes pnpm@10 build\nnpm install -g ./packages/cli",
    "vipcast lab --shell",
  ]);
  expect(steps.length).toBeGreaterThan(8);
});

test("installs from a clone that is built", () => {
  const prefix = mkdtempSync(join(tmpdir(), "vipcast-global-"));
  try {
    const cwd = fileURLToPath(new URL("../../../..", import.meta.url));
    execFileSync("npm", ["install", "-g", "--offline", "--prefix", prefix, "./packages/cli"], { cwd, stdio: "pipe" });
    const printed = execFileSync(join(prefix, "bin/vipcast"), ["--version"], { encoding: "utf8" });
    expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/);
  } finally {
    rmSync(prefix, { recursive: true, force: true });
  }
});

describe.skipIf(!canMakeNamespaces || spawnSync("bash", ["--version"]).status !== 0)("the tutorial", () => {
  test("prints what it says, command by command", { timeout: 120_000 }, async () => {
    const inside = steps.slice(installed);
    const script = inside.map(({ commands }, index) => `${commands}\necho "@@@ ${index} $?"\n`).join("");
    const { code, stdout, stderr } = await inLab(script);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const parts = stdout.split(/^@@@ (\d+) (\d+)\n/m);
    expect(parts).toHaveLength(inside.length * 3 + 1);
    for (const [index, { commands, output }] of inside.entries()) {
      const printed = parts[index * 3] ?? "";
      const wanted = output.split("\n").slice(0, -1);
      const lines = printed.split("\n").slice(0, -1);
      const shown = wanted.map((line, at) => (fits(lines[at] ?? "", line) ? line : `${lines[at]} instead of ${line}`));
      expect.soft(shown, `${commands}printed\n${printed}`).toEqual(wanted);
      expect.soft(lines, `${commands}printed\n${printed}`).toHaveLength(wanted.length);
      expect(parts[index * 3 + 2], commands).toBe("0");
    }
  });
});
