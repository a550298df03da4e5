// Process start to Established against a passive listener on the same machine, beside the floor: a bare Node that imports
// node:net, connects and is accepted.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { announce } from "../announce.ts";

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

const bare = await bareNode();
const announcement = await announce();
await announcement.stop();
console.log(
  JSON.stringify({ "node + net, connected": bare, "vipcast announce, Established": announcement.establishedAfterMs }),
);
