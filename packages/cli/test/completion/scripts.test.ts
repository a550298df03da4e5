import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli } from "../support/world.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-completion-"));
  symlinkSync(cli, join(folder, "vipcast"));
  writeFileSync(join(folder, "node-a.yaml"), "");
  for (const shell of ["bash", "zsh", "fish"])
    writeFileSync(join(folder, shell), execFileSync(process.execPath, [cli, "completion", shell]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

/** What the shell is given, whole words, for lines that end at the cursor. */
const lines: readonly (readonly [line: string, candidates: readonly string[]])[] = [
  ["vipcast exp", ["explain"]],
  ["vipcast help deco", ["decode"]],
  ["vipcast announce --tim", ["--timeout", "--timers"]],
  ["vipcast announce --timers ", ["datacenter", "fast", "wan"]],
  ["vipcast announce --check-ca node", ["node-a.yaml"]],
  ["vipcast announce --peer 10.0.0.254,asn=65000,fam", ["10.0.0.254,asn=65000,families="]],
  ["vipcast announce --peer 10.0.0.254,add-path=re", ["10.0.0.254,add-path=receive"]],
  ["vipcast announce --peer 10.0.0.254,password-file=no", ["10.0.0.254,password-file=node-a.yaml"]],
  ["vipcast announce --interface l", ["lo"]],
  ["vipcast announce --med ", []],
  ["vipcast check nod", ["node-a.yaml"]],
  ["vipcast reload c", ["confirm"]],
  ["vipcast peers --router-config ", ["bird", "frr"]],
  // Nothing answers here, and that is no error.
  ["vipcast drain ", []],
];

describe("the bash function", () => {
  /** `cut`: as readline is given it, which replaces only what stands behind its own last divider. */
  function complete(line: string, breaks: string): string[] {
    const source = `source ./bash; COMP_LINE=$1; COMP_POINT=\${#1}; COMP_WORDBREAKS=$2; _vipcast; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync("bash", ["-c", source, "bash", line, breaks], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, XDG_RUNTIME_DIR: folder },
    });
    return out.split("\n").filter((word) => word !== "");
  }

  test.skipIf(!has("bash")).each(lines)("offers for %s", (line, candidates) => {
    expect(complete(line, " \t\n").toSorted()).toEqual(candidates);
  });

  test.skipIf(!has("bash"))("gives readline what stands behind its own last divider", () => {
    const breaks = " \t\n\"'><=;|&(:";
    expect(complete("vipcast announce --peer [2001:db8::1],asn=65000,fam", breaks)).toEqual(["65000,families="]);
    expect(complete("vipcast announce --timers=f", breaks)).toEqual(["fast"]);
  });

  test.skipIf(!has("bash"))("does not offer again what can be given once", () => {
    expect(complete("vipcast announce --adopt --ado", " \t\n")).toEqual([]);
    expect(complete("vipcast announce --peer x --pee", " \t\n")).toEqual(["--peer"]);
    expect(complete("vipcast announce --peer 10.0.0.254,passive,pass", " \t\n")).toEqual([
      "10.0.0.254,passive,password-file=",
    ]);
  });
});

test.skipIf(!has("fish")).each(lines)("fish offers for %s", (line, candidates) => {
  const source = `source ./fish; complete -C ${JSON.stringify(line)}`;
  const out = execFileSync("fish", ["--no-config", "-c", source], { cwd: folder, encoding: "utf8" });
  const words = out
    .split("\n")
    .filter((word) => word !== "")
    .map((word) => word.replace(/\t.*/, ""));
  expect(words.toSorted()).toEqual(candidates);
});

test.skipIf(!has("zsh"))("zsh takes the function", () => {
  expect(spawnSync("zsh", ["-n", "zsh"], { cwd: folder, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
});

test.each([[[]], [["tcsh"]], [["bash", "zsh"]]])("turns completion %j away", (args) => {
  const { status, stderr } = spawnSync(process.execPath, [cli, "completion", ...args], { encoding: "utf8" });
  expect([status, stderr]).toEqual([2, expect.stringMatching(/: needs one shell; write bash, zsh or fish\.\n$/)]);
});
