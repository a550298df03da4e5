import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type LabProcess, type Sandbox, waitFor } from "@vipcast/lab";
import { afterEach, expect, test } from "vitest";
import { node, peer, startWorld } from "../../../interop/src/cell/world.ts";
import { bird } from "../../../interop/src/daemons/bird.ts";
import { missingPrograms, PeerDaemon } from "../../../interop/src/daemons/peer-daemon.ts";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const reason = missingPrograms(bird).length > 0 ? "BIRD is not installed: npx pnpm@10 peers:install" : null;
const titled = (title: string): string => (reason === null ? title : `${title} (${reason})`);

let world: Sandbox | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

/** BIRD on the other host of a link, with two routes of its own, waiting for us to dial. */
async function startBird(sandbox: Sandbox): Promise<PeerDaemon> {
  const daemon = new PeerDaemon(bird, sandbox, peer.name);
  await daemon.configure({
    asn: 65000,
    routerId: peer.ipv4,
    addresses: peer,
    neighbours: [{ name: "node", address: node.ipv4, asn: 65001, localAddress: peer.ipv4 }],
    routes: [
      { prefix: "198.51.100.0/24", communities: ["65000:1"], largeCommunities: ["65000:1:2"] },
      { prefix: "2001:db8:1::/48" },
    ],
  });
  await daemon.start();
  return daemon;
}

/** The updates it printed, each a line of JSON. */
function updates(speaker: LabProcess): readonly Record<string, unknown>[] {
  const printed = speaker.lines.filter(({ stream }) => stream === "stdout");
  return printed.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
}

function complaints(speaker: LabProcess): string {
  const lines = speaker.lines.filter(({ stream }) => stream === "stderr");
  return lines.map(({ text }) => text).join("\n");
}

test.skipIf(reason !== null)(titled("prints the routes BIRD announces and takes leave with Cease"), async () => {
  world = await startWorld();
  const router = await startBird(world);
  const argv = [process.execPath, program, peer.ipv4, "65000", "65001", node.ipv4];
  const speaker = await world.spawn(node.name, argv);
  const update = (accept: (fields: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> =>
    waitFor(
      () => `no such update: ${speaker.tail(20)}`,
      () => updates(speaker).find(accept) ?? null,
      5000,
    );

  expect(await update(({ nlri }) => Array.isArray(nlri) && nlri.includes("198.51.100.0/24"))).toMatchObject({
    type: "update",
    outcome: "ok",
    attributes: {
      origin: "igp",
      asPath: [{ type: "sequence", asns: [65000] }],
      nextHop: peer.ipv4,
      communities: ["65000:1"],
      largeCommunities: ["65000:1:2"],
    },
  });
  expect(await update(({ attributes }) => JSON.stringify(attributes).includes("2001:db8:1::/48"))).toMatchObject({
    attributes: { mpReach: { family: "ipv6-unicast", nlri: ["2001:db8:1::/48"] } },
  });
  expect(complaints(speaker)).toBe("established, hold time 9 s");

  await speaker.signal("SIGTERM");
  expect(await speaker.exited).toMatchObject({ code: 0, signal: null });
  await waitFor(
    "BIRD does not tell why the session ended",
    async () => ((await router.sessions())[0]?.lastError?.includes("Administrative shutdown") ? true : null),
    3000,
    50,
  );
});

test("says how it is used when an argument is missing", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, peer.ipv4], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain("usage: node dist/main.js PEER PEER_ASN OWN_ASN OWN_ROUTER_ID");
});
