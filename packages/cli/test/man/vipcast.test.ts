import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { verbSpecs } from "../../src/verb-specs.ts";

const page = fileURLToPath(new URL("../../man/vipcast.1", import.meta.url));
const hasGroff = spawnSync("groff", ["--version"]).status === 0;

describe.skipIf(!hasGroff)("the manual page", () => {
  test("is set by groff without a warning", () => {
    const args = ["-man", "-Tutf8", "-Kutf8", "-ww", "-z", page];
    expect(spawnSync("groff", args, { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "", stdout: "" });
  });

  test("shows every verb with every option, and text as it was written", () => {
    const text = execFileSync("groff", ["-man", "-Tascii", "-P-cbou", page], { encoding: "utf8" });
    for (const { name, options } of verbSpecs) {
      expect(text).toContain(`vipcast ${name}`);
      for (const option of options) expect(text).toContain(`--${option.name}`);
    }
    expect(text).toContain("vipcast announce 192.0.2.10/32 --asn 65001 --peer 10.0.0.254,asn=65000");
    expect(text).toContain("https://127.0.0.1:6443/readyz \\");
    expect(readFileSync(page, "utf8")).not.toMatch(/^\.(?![A-Z]{1,2}\b|\\")/m);
  });
});
