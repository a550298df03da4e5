import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { canMakeNamespaces, cli } from "../support/world.ts";

const lab = (args: readonly string[], input = ""): { readonly code: number | null; readonly text: string } => {
  const env = { ...process.env, SHELL: "/bin/sh" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "lab", "--shell", ...args], {
    encoding: "utf8",
    input,
    env,
  });
  return { code: status, text: stdout + stderr };
};

test.skipIf(!canMakeNamespaces)(
  "a shell in the lab has a command for each host, its own exit code, and leaves nothing",
  () => {
    const { code, text } = lab(
      ["--nodes", "2"],
      "node2 ip -4 -o address show dev eth0; router ip -4 -o address show dev lan; client true && echo through; node1 sleep 917.3 & exit 7\n",
    );
    expect(text).toContain("10.0.0.2/24");
    expect(text).toContain("10.0.0.254/24");
    expect(text).toContain("through");
    expect(code).toBe(7);
    expect(execFileSync("ps", ["-ewwo", "args"], { encoding: "utf8" })).not.toContain("sleep 917.3");
  },
);

test("a shell and what only a scenario has exclude each other", () => {
  expect(lab(["--scenario", "demo"])).toEqual({
    code: 2,
    text: "--scenario: means nothing to a shell; leave one of them out.\n",
  });
});
