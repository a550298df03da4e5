import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AnnouncerEvent } from "@vipcast/announcer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventSentence } from "../../src/output/sentence.ts";
import { canMakeNamespaces, World } from "../support/world.ts";

const page = readFileSync(fileURLToPath(new URL("../../../../docs/troubleshooting.md", import.meta.url)), "utf8");

/** What a peer does, and more keys of our `--peer`. The address is 10.9.0.(101 + its place). */
const faults: readonly (readonly [name: string, more?: string])[] = [
  ["bad-peer-as"],
  ["another-as"],
  ["no-router-id"],
  ["unacceptable-hold-time"],
  ["hold-time-of-1"],
  ["unsupported-capability"],
  ["no-common-family", ",families=ipv4"],
  ["connection-rejected"],
  ["closed-without-a-word"],
  ["max-prefixes"],
  ["shutdown"],
  ["peer-deconfigured"],
  ["collision"],
  ["bad-message"],
  ["hold-timer-expired"],
  // Listens like the others, and the kernel drops what comes without the key, or with a TTL below the bound.
  ["our-key-alone", ",password-file=KEY,connect-retry=1"],
  ["ttl", ",ttl-security=1,connect-retry=1"],
];
/** Peers that nobody is behind: nothing listens, no such host, and packets that are lost on the way. */
const absent: readonly (readonly [name: string, address: string, more?: string])[] = [
  ["refused", "10.9.0.254"],
  ["no-such-host", "10.9.0.99"],
  ["filtered", "10.9.0.98", ",connect-retry=1"],
];

/** The text block of the page that stands under `<!-- name -->`. */
function documented(name: string): string {
  return new RegExp(`<!-- ${name} -->\\n\`\`\`text\\n([\\s\\S]*?)\\n\`\`\``).exec(page)?.[1] ?? `nothing under ${name}`;
}

describe.skipIf(!canMakeNamespaces)("docs/troubleshooting.md", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("shows for each failure what is really said", { timeout: 40_000 }, async () => {
    const { behaviours, peers, names } = plan();
    world.ip("router", ...Object.keys(behaviours).map((address) => `address add ${address}/24 dev eth0`));
    world.ip("node", "neighbour add 10.9.0.98 lladdr 02:00:00:00:00:99 dev eth0 nud permanent");
    await world.faultyPeers(1790, behaviours);
    const key = world.file("key", "secret");
    const node = world.announce([
      "192.0.2.10",
      ...["--asn", "65001", "--router-id", "10.9.0.1"],
      ...peers.flatMap((peer) => ["--peer", peer.replace("KEY", key)]),
    ]);
    const said: Record<string, string> = {};
    for (const [address, name] of Object.entries(names)) {
      const down = await node.lines.until("peer.down", ({ peer }) => peer === address, 20_000);
      said[name] = eventSentence(down as unknown as AnnouncerEvent)
        .replaceAll(address, "10.0.0.254")
        // A busy machine sees more of them.
        .replace(/dropped \d+ segments?/, "dropped … segments");
    }
    expect(said).toEqual(Object.fromEntries(Object.values(names).map((name) => [name, documented(name)])));
  });
});

function plan(): {
  readonly behaviours: Record<string, string>;
  readonly peers: readonly string[];
  readonly names: Record<string, string>;
} {
  const behaviours: Record<string, string> = {};
  const names: Record<string, string> = {};
  const peers = [
    ...faults.map(([name, more = ""], index) => {
      const address = `10.9.0.${101 + index}`;
      behaviours[address] = name;
      names[address] = name;
      return `${address},asn=65000,port=1790${more}`;
    }),
    ...absent.map(([name, address, more = ""]) => {
      names[address] = name;
      return `${address},asn=65000,port=1791${more}`;
    }),
  ];
  return { behaviours, peers, names };
}
