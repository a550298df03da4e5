import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { kernelNextHops, type Sandbox, waitFor } from "@vipcast/lab";
import { afterEach, expect, test } from "vitest";
import { isolation, node, peer, startWorld } from "../src/cell/world.ts";
import { bird } from "../src/daemons/bird.ts";
import type { DaemonDriver } from "../src/daemons/driver.ts";
import { frr } from "../src/daemons/frr.ts";
import { lackOf, missingPrograms, PeerDaemon } from "../src/daemons/peer-daemon.ts";

// The quick start of the README, word for word: the command on a host, the configuration on the router.

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");

/** The README's code block whose first line is `first`. */
function block(first: string): string {
  const found = readme.split("```").find((text) => text.trimStart().startsWith(first));
  if (found === undefined) throw new Error(`the README has no code block that begins with ${first}`);
  return found.trimStart();
}

/** The same daemon with the README's configuration in the place of the driver's. */
function configured(driver: DaemonDriver, file: string, text: string): DaemonDriver {
  return {
    ...driver,
    files: (spec, place) =>
      driver.files(spec, place).map((entry) => (entry.path.endsWith(file) ? { ...entry, text } : entry)),
  };
}

const routers = [
  configured(bird, "/bird.conf", block("router id 10.0.0.254;")),
  configured(frr, "/bgpd.conf", block("ip prefix-list VIPS")),
];

let world: Sandbox | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

for (const driver of routers) {
  const missing = missingPrograms(driver).length > 0 ? "is not installed: npx pnpm@10 peers:install" : null;
  const reason = missing ?? lackOf(driver, "kernel-routes", isolation === "rootless");
  const title = `the README's command and its configuration for ${driver.title} put the VIP into the router's kernel`;
  test.skipIf(reason !== null)(reason === null ? title : `${title} (${driver.title} ${reason})`, async () => {
    const sandbox = await startWorld();
    world = sandbox;
    // The command is the README's, so its state goes where it goes by default.
    await sandbox.exec(null, ["mount", "-t", "tmpfs", "tmpfs", "/var/lib"]);
    const router = new PeerDaemon(driver, sandbox, peer.name);
    router.configure({ asn: 65000, routerId: peer.ipv4, addresses: peer, neighbours: [] });
    await router.start();
    const command = block("packages/cli/bin/vipcast.js announce").trim().split(/\s+/);
    const [program = "", ...args] = command;
    const vipcast = await sandbox.spawn(node.name, [process.execPath, `${root}${program}`, ...args]);

    const via = async (expected: readonly string[]): Promise<true | null> => {
      const hops = await kernelNextHops(sandbox, peer.name, "192.0.2.10/32");
      return JSON.stringify(hops.map((hop) => hop.via)) === JSON.stringify(expected) ? true : null;
    };
    const words = (): string => `not as it should be; vipcast said: ${vipcast.tail(10)}`;
    await waitFor(words, () => via([node.ipv4]), 6000);

    await vipcast.signal("SIGTERM");
    expect(await vipcast.exited).toMatchObject({ code: 0 });
    await waitFor(words, () => via([]), 2000);
  });
}
