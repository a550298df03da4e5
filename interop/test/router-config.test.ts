import { fileURLToPath } from "node:url";
import { kernelNextHops, type Sandbox, waitFor } from "@vipcast/lab";
import { afterEach, expect, test } from "vitest";
import { isolation, node, peer, startWorld } from "../src/cell/world.ts";
import { bird } from "../src/daemons/bird.ts";
import type { DaemonDriver } from "../src/daemons/driver.ts";
import { frr } from "../src/daemons/frr.ts";
import { gobgp } from "../src/daemons/gobgp.ts";
import { lackOf, missingPrograms, PeerDaemon } from "../src/daemons/peer-daemon.ts";

// What `vipcast peers --router-config` prints is what the router runs: with its key, GTSM and filter a session comes up, and the VIP is in the router's kernel, or table.

const cli = fileURLToPath(new URL("../../packages/cli/bin/vipcast.js", import.meta.url));
const key = "a key, with: everything";
const configuration = `asn: 65001
routerId: ${node.ipv4}
peers:
  - { address: ${peer.ipv4}, asn: 65000, passwordFile: /run/vipcast.key, ttlSecurity: 1, addPath: send }
vips:
  - prefix: 192.0.2.10/32
  - prefix: 2001:db8:2::10/128
`;

let world: Sandbox | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

for (const { driver, file, spelled, kernel } of [
  { driver: bird, file: "/bird.conf", spelled: key, kernel: true },
  // A password is one word of its command line.
  { driver: frr, file: "/bgpd.conf", spelled: key.replaceAll(" ", "_"), kernel: true },
  { driver: gobgp, file: "/gobgpd.toml", spelled: key, kernel: false },
]) {
  const missing = missingPrograms(driver).length > 0 ? "is not installed: npx pnpm@10 peers:install" : null;
  const reason = missing ?? (kernel ? lackOf(driver, "kernel-routes", isolation === "rootless") : null);
  const title = `a session comes up with the configuration that vipcast prints for ${driver.title}`;
  test.skipIf(reason !== null)(reason === null ? title : `${title} (${driver.title} ${reason})`, async () => {
    const sandbox = await startWorld();
    world = sandbox;
    await sandbox.exec(null, ["mount", "-t", "tmpfs", "tmpfs", "/var/lib"]);
    await sandbox.exec(null, ["sh", "-c", "umask 077; cat > /run/vipcast.key"], { input: spelled });
    await sandbox.exec(null, ["sh", "-c", "cat > /run/vipcast.yaml"], { input: configuration });
    // Node lists the addresses of an interface only once it runs.
    const link = async (): Promise<string> =>
      (await sandbox.exec(node.name, ["ip", "-oneline", "link", "show", "eth0"])).stdout;
    await waitFor(
      "the node's link does not come up",
      async () => ((await link()).includes("state UP") ? true : null),
      3000,
    );
    const vipcast = [process.execPath, cli];
    const { stdout } = await sandbox.exec(node.name, [
      ...vipcast,
      ...["peers", "--router-config", driver.name, "-c", "/run/vipcast.yaml"],
    ]);
    // The address of the node was found without being asked for.
    expect(stdout).toContain(node.ipv4);
    const text = stdout.replaceAll("REPLACE-WITH-THE-KEY", spelled);
    const router = new PeerDaemon(configured(driver, file, text), sandbox, peer.name);
    router.configure({ asn: 65000, routerId: peer.ipv4, addresses: peer, neighbours: [] });
    await router.start();
    const daemon = await sandbox.spawn(node.name, [...vipcast, "run", "-c", "/run/vipcast.yaml"]);
    const hops = async (prefix: string): Promise<readonly string[]> => {
      if (kernel) return (await kernelNextHops(sandbox, peer.name, prefix)).map((hop) => hop.via ?? "");
      return (await router.received("ipv4-unicast"))
        .filter((route) => route.prefix === prefix)
        .map((route) => route.nextHop);
    };
    await waitFor(
      () => `not as it should be; vipcast said: ${daemon.tail(10)}`,
      async () => ((await hops("192.0.2.10/32")).join(" ") === node.ipv4 ? true : null),
      6000,
    );
    await daemon.signal("SIGTERM");
    expect(await daemon.exited).toMatchObject({ code: 0 });
  });
}

/** The same daemon with this configuration in the place of the driver's. */
function configured(driver: DaemonDriver, file: string, text: string): DaemonDriver {
  return {
    ...driver,
    files: (spec, place) =>
      driver.files(spec, place).map((entry) => (entry.path.endsWith(file) ? { ...entry, text } : entry)),
  };
}
