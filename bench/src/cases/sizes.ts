// What lands on a user's disk: each packed package, and `npm install vipcast` with everything it brings.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../../packages/", import.meta.url));
const sizes: Record<string, number> = {};
const folder = mkdtempSync(join(tmpdir(), "vipcast-sizes-"));
try {
  for (const name of readdirSync(packages)) {
    const output = execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", folder], {
      cwd: join(packages, name),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [packed] = JSON.parse(output) as [{ name: string; size: number; unpackedSize: number; filename: string }];
    sizes[`${packed.name}, packed`] = packed.size / 1000;
    sizes[`${packed.name}, unpacked`] = packed.unpackedSize / 1000;
    if (packed.name === "vipcast") {
      const prefix = join(folder, "install");
      execFileSync("npm", ["install", "--silent", "--prefix", prefix, join(folder, packed.filename)], {
        stdio: "ignore",
      });
      sizes["npm install vipcast, on disk"] = Number(
        execFileSync("du", ["-sk", prefix], { encoding: "utf8" }).split("\t")[0],
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(sizes));
