// What `import "@vipcast/bgp"` costs: the packed package in a folder of its own, beside a Node that imports nothing.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Cost {
  readonly wall: number;
  /** Of all threads: what a busy machine disturbs least. */
  readonly processor: number;
}

function run(script: string): Cost {
  const startedAt = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const wall = performance.now() - startedAt;
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  return { wall, processor: Number(stdout) / 1000 };
}

const tell = "const { user, system } = process.cpuUsage(); console.log(user + system);\n";
const folder = mkdtempSync(join(tmpdir(), "vipcast-import-"));
try {
  const output = execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", folder], {
    cwd: fileURLToPath(new URL("../../../packages/bgp/", import.meta.url)),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed] = JSON.parse(output) as [{ filename: string }];
  const installed = join(folder, "node_modules/@vipcast/bgp");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, packed.filename), "-C", installed, "--strip-components=1"]);
  const bare = join(folder, "bare.mjs");
  const importing = join(folder, "importing.mjs");
  writeFileSync(bare, tell);
  writeFileSync(importing, `import "@vipcast/bgp";\n${tell}`);
  // Once each before it counts, so that both find their files in memory.
  run(importing);
  run(bare);
  const without = run(bare);
  const withIt = run(importing);
  console.log(
    JSON.stringify({
      "node alone": without.wall,
      "node and @vipcast/bgp": withIt.wall,
      "@vipcast/bgp, the difference": withIt.wall - without.wall,
      "@vipcast/bgp, the difference in processor time": withIt.processor - without.processor,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
