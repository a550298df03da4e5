import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cli } from "../support/world.ts";

test("the configuration that the README shows is valid", () => {
  const page = readFileSync(fileURLToPath(new URL("../../../../README.md", import.meta.url)), "utf8");
  const [, file = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "vipcast-readme-"));
  try {
    writeFileSync(join(folder, "vipcast.yaml"), file);
    const argv = [cli, "check", "-c", "vipcast.yaml"];
    const { stdout, stderr } = spawnSync(process.execPath, argv, { cwd: folder, encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({
      stdout: "vipcast.yaml: valid: AS 65001, 1 peer, 1 virtual IP\n",
      stderr: "",
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
