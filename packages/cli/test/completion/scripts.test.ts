import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { vipcast } from "../support/in-process.ts";
import { cli } from "../support/world.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-completion-"));
  symlinkSync(cli, join(folder, "vipcast"));
  writeFileSync(join(folder, "node-a.yaml"), "");
  for (const shell of ["bash", "zsh", "fish"])
    writeFileSync(join(folder, shell), (await vipcast("completion", shell)).out);
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
  ["vipcast peers --router-config ", ["bird", "frr", "gobgp"]],
  // Nothing answers here, and that is no error.
  ["vipcast drain ", []],
];

/** Behind the words of each line. */
const end = "END";
const bare = " \t\n";
const usual = " \t\n\"'><=;|&(:";

/** What bash has in COMPREPLY for each line, with these dividers of readline's. One shell for all of them. */
function inBash(some: readonly string[], breaks: string): string[][] {
  const source = `source ./bash; COMP_WORDBREAKS=$1; shift
    for COMP_LINE; do COMP_POINT=\${#COMP_LINE}; COMPREPLY=(); _vipcast; printf '%s\\n' "\${COMPREPLY[@]}" ${end}; done`;
  const out = execFileSync("bash", ["-c", source, "bash", breaks, ...some], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, XDG_RUNTIME_DIR: folder },
  });
  return answers(out);
}

function answers(text: string): string[][] {
  const lists: string[][] = [[]];
  for (const word of text.split("\n")) {
    if (word === end) lists.push([]);
    else if (word !== "") lists.at(-1)!.push(word);
  }
  return lists.slice(0, -1).map((list) => list.toSorted());
}

describe.skipIf(!has("bash"))("the bash function", () => {
  test("offers verbs, options, values, keys of a peer, files and interfaces", () => {
    const offered = inBash(
      lines.map(([line]) => line),
      bare,
    );
    expect(offered).toEqual(lines.map(([, candidates]) => candidates));
  });

  test("gives readline what stands behind its own last divider", () => {
    const some = ["vipcast announce --peer [2001:db8::1],asn=65000,fam", "vipcast announce --timers=f"];
    expect(inBash(some, usual)).toEqual([["65000,families="], ["fast"]]);
  });

  test("does not offer again what can be given once", () => {
    const some = [
      "vipcast announce --adopt --ado",
      "vipcast announce --peer x --pee",
      "vipcast announce --peer 10.0.0.254,passive,pass",
    ];
    expect(inBash(some, bare)).toEqual([[], ["--peer"], ["10.0.0.254,passive,password-file="]]);
  });
});

test.skipIf(!has("fish"))("fish offers the same", () => {
  const asked = lines.map(
    ([line]) => `complete -C ${JSON.stringify(line)} | string replace -r '\\t.*' ''; echo ${end}`,
  );
  const out = execFileSync("fish", ["--no-config", "-c", `source ./fish; ${asked.join("; ")}`], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, XDG_RUNTIME_DIR: folder },
  });
  expect(answers(out)).toEqual(lines.map(([, candidates]) => candidates));
});

test.skipIf(!has("zsh"))("zsh takes the function", () => {
  expect(spawnSync("zsh", ["-n", "zsh"], { cwd: folder, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
});

test.each([[[]], [["tcsh"]], [["bash", "zsh"]]])("turns completion %j away", async (args) => {
  const { code, err } = await vipcast("completion", ...args);
  expect([code, err]).toEqual([2, expect.stringMatching(/: needs one shell; write bash, zsh or fish\.\n$/)]);
});
