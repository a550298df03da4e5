// Process start to Established against a passive listener on the same machine, beside the floor: a bare Node that imports
// node:net, connects and is accepted. And from the start of a command to its end. Node reads the certificates of NODE_EXTRA_CA_CERTS at each start, which no
// service manager gives a daemon: where this machine sets it, some figures come without it as well.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, runDaemon } from "../announce.ts";

async function bareNode(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  const startedAt = performance.now();
  const script = `import { connect } from "node:net"; connect(${address.port}, "127.0.0.1", function () { this.end(); });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
  await once(server, "connection");
  const elapsed = performance.now() - startedAt;
  await once(child, "close");
  server.close();
  return elapsed;
}

const cli = fileURLToPath(new URL("../../../packages/cli/bin/vipcast.js", import.meta.url));

async function command(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [cli, ...args], { stdio: "ignore" });
  await once(child, "close");
  return performance.now() - startedAt;
}

async function until(file: string): Promise<void> {
  const patience = performance.now() + 10_000;
  while (!existsSync(file)) {
    if (performance.now() > patience) throw new Error(`there is no ${file}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Start to Established, once. */
async function establishing(cacheDirectory?: string): Promise<number> {
  const daemon = await runDaemon(cacheDirectory);
  await daemon.stop();
  return daemon.establishedAfterMs;
}

const bare = await bareNode();
const announcement = await announce();
await announcement.stop();
const caches = mkdtempSync(join(tmpdir(), "vipcast-bench-"));
const daemon = await runDaemon(caches);
await until(daemon.controlSocket);
const socket = ["--socket", daemon.controlSocket];
const verbs = {
  "vipcast status": await command(["status", ...socket]),
  "vipcast vips": await command(["vips", ...socket]),
  "vipcast explain": await command(["explain", "192.0.2.10", ...socket]),
};
// As the unit starts it, except for the first time.
await until(join(caches, "code"));
await daemon.stop();
const runs = {
  "vipcast run, Established": await establishing(),
  "vipcast run, CacheDirectory=, Established": await establishing(caches),
};
const help = {
  "vipcast --help": await command(["--help"]),
  "vipcast run --help": await command(["run", "--help"]),
};
const certificates = process.env["NODE_EXTRA_CA_CERTS"];
delete process.env["NODE_EXTRA_CA_CERTS"];
const without =
  certificates === undefined
    ? {}
    : {
        "without NODE_EXTRA_CA_CERTS: node + net": await bareNode(),
        "without NODE_EXTRA_CA_CERTS: vipcast --help": await command(["--help"]),
        "without NODE_EXTRA_CA_CERTS: vipcast run": await establishing(),
        "without NODE_EXTRA_CA_CERTS: run, CacheDirectory=": await establishing(caches),
      };
rmSync(caches, { recursive: true, force: true });
console.log(
  JSON.stringify({
    "node + net, connected": bare,
    "vipcast announce, Established": announcement.establishedAfterMs,
    ...runs,
    ...verbs,
    ...help,
    ...without,
  }),
);
