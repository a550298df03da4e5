import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const vipcast = fileURLToPath(new URL("../../bin/vipcast.js", import.meta.url));
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-check-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function check(
  argv: readonly string[],
  environment: Record<string, string> = {},
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [vipcast, "check", ...argv], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
    timeout: 10_000,
  });
  return { code: status, out: stdout, err: stderr };
}

const good = (peer = ""): string =>
  `asn: 65001\npeers:\n  - address: 10.0.0.254\n    asn: 65000\n${peer}vips:\n  - prefix: 192.0.2.10\n`;

describe("vipcast check", () => {
  test("says that a file is valid, and what is in it", () => {
    const path = file("vipcast.yaml", good());
    expect(check(["-c", path])).toEqual({ code: 0, out: `${path}: valid: AS 65001, 1 peer, 1 virtual IP\n`, err: "" });
  });

  test("prints every problem of every file and exits with 2", () => {
    const one = file("one.yaml", good().replace("65001", "0"));
    const two = file("two.yaml", good("    prot: 179\n"));
    const { code, out } = check([one, two]);
    expect(code).toBe(2);
    expect(out).toContain(`${one}:1:6: asn 0: `);
    expect(out).toContain(`${two}:5:5: peers[0].prot: is not a key of peers[0]; did you mean port.`);
  });

  test("gives programs one object", () => {
    const path = file("vipcast.yaml", good().replace("65001", "0"));
    const { code, out } = check(["--json", path]);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      files: [{ file: path, read: [path], problems: [{ file: path, line: 1, column: 6, path: "asn", value: "0" }] }],
    });
  });

  test("looks for keys of peers, and never shows one", () => {
    const missing = check([file("a.yaml", good(`    passwordFile: ${folder}/none\n`))]);
    expect(missing.out).toContain(
      `:5:19: peers[0].passwordFile ${folder}/none: cannot be read, it does not exist; write the path of a file that this user can read.`,
    );
    const unset = check([file("b.yaml", good("    password: ${VIPCAST_TEST_KEY}\n"))]);
    expect(unset.out).toContain("peers[0].password ${VIPCAST_TEST_KEY}: is not set in the environment; ");
    const tooLong = check([join(folder, "b.yaml")], { VIPCAST_TEST_KEY: "s3cret".repeat(20) });
    expect(tooLong.code).toBe(2);
    expect(tooLong.out + tooLong.err).not.toContain("s3cret");
    expect(check([join(folder, "b.yaml")], { VIPCAST_TEST_KEY: "s3cret" }).code).toBe(0);
  });

  test("warns of a key that everybody can read", () => {
    const key = file("peer.key", "s3cret\n");
    chmodSync(key, 0o644);
    const { code, out } = check([file("c.yaml", good(`    passwordFile: ${key}\n`))]);
    expect(code).toBe(0);
    expect(out).toContain(`warning: ${key} holds the key of 10.0.0.254 and every user can read it`);
    expect(out).not.toContain("s3cret");
  });

  test("compares the nodes of several files, in words and as objects, without calling it an error", () => {
    const one = file("a.yaml", `${good()}    med: 5\n  - prefix: 2001:db8::1\n    ecmp: { role: standby }\n`);
    const two = file("b.yaml", `${good().replace("65001", "65002")}  - prefix: 2001:db8::1\n`);
    const broken = file("c.yaml", good().replace("65001", "0"));
    const { code, out } = check([one, two]);
    expect(code).toBe(0);
    const lines = out.split("\n");
    expect(lines).toContain(
      `note: ${one} is in AS 65001, ${two} in AS 65002: their AS_PATHs have one length and other contents, which routers form ECMP over only when told to; FRR needs bgp bestpath as-path multipath-relax, BIRD merge paths on.`,
    );
    expect(lines).toContain(
      `warning: 192.0.2.10/32: ${one} announces MED 5, ${two} none: routers that compare MED between different ASes will not use both; write the same med on both.`,
    );
    expect(lines).toContain(
      `note: 2001:db8::1/128: as declared, ${one} standby, ${two} preference 10: routers will use ${two} alone as long as it announces it.`,
    );
    const all = check(["--json", one, two, broken]);
    expect(all.code).toBe(2);
    const { differences } = JSON.parse(all.out) as { differences: { level: string; kind: string; nodes: string[] }[] };
    expect(differences.map(({ level, kind }) => `${level} ${kind}`)).toEqual([
      "note asn",
      "warning best-path",
      "note preference",
    ]);
    expect(differences[0]?.nodes).toEqual([one, two]);
    expect(JSON.parse(check(["--json", one, one]).out)).toMatchObject({ valid: true, differences: [] });
  });

  test("says what is wrong with its own arguments", () => {
    const { code, err } = check(["--jsn"]);
    expect(code).toBe(2);
    expect(err).toContain("--jsn: is not an option of vipcast check; did you mean --json.");
  });
});
