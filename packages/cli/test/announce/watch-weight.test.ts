import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { linkBandwidth } from "@vipcast/announcer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

/** A weight as the peer's lines show eight octets. */
const shown = (bitsPerSecond: number): string => {
  const groups = linkBandwidth(65001, bitsPerSecond).match(/.{4}/g) ?? [];
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::`;
};

describe.skipIf(!canMakeNamespaces)("vipcast announce --weight-from", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("announces --weight until the source answers, says once that it fails, and then follows it", async () => {
    const peer = await world.peer();
    const file = join(world.stateDir, "weight");
    const node = world.announce([
      ...["192.0.2.10/32", "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"],
      ...["--weight", "10G", "--weight-from", `file:${file}`, "--weight-interval", "1", "--log-level", "info"],
    ]);
    const first = await peer.lines.until("announced");
    expect(JSON.stringify(first)).toContain(shown(10e9));
    await expect.poll(node.log, { timeout: 5000 }).toContain("gives no weight, and --weight counts instead: ENOENT");
    writeFileSync(file, "20G\n");
    await expect.poll(() => peer.lines.of("announced").length, { timeout: 5000 }).toBe(2);
    expect(JSON.stringify(peer.lines.of("announced")[1])).toContain(shown(20e9));
    expect(node.log()).toContain("gives a weight again: 20G");
    expect(node.log().split("gives no weight")).toHaveLength(2);
    expect(peer.lines.of("withdrawn")).toEqual([]);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
  });
});
