// Process start to Established against a passive listener on the same machine, beside the floor: a bare Node that imports
// node:net, connects and is accepted. And from the start of a command to its end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
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

const bare = await bareNode();
const announcement = await announce();
await announcement.stop();
const daemon = await runDaemon();
const patience = performance.now() + 10_000;
while (!existsSync(daemon.controlSocket)) {
  if (performance.now() > patience) throw new Error(`there is no ${daemon.controlSocket}`);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const socket = ["--socket", daemon.controlSocket];
const verbs = {
  "vipcast status": await command(["status", ...socket]),
  "vipcast explain": await command(["explain", "192.0.2.10", ...socket]),
};
await daemon.stop();
console.log(
  JSON.stringify({
    "node + net, connected": bare,
    "vipcast announce, Established": announcement.establishedAfterMs,
    "vipcast run, Established": daemon.establishedAfterMs,
    ...verbs,
    "vipcast --help": await command(["--help"]),
    "vipcast run --help": await command(["run", "--help"]),
  }),
);
