import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GRACEFUL_SHUTDOWN } from "@vipcast/bgp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

const vip = "192.0.2.10/32";
const common = [vip, "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"];

describe.skipIf(!canMakeNamespaces)("vipcast announce --check", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("announces when the service is there, withdraws when it has died, says why, and comes back with it", async () => {
    const peer = await world.peer();
    const node = world.announce([
      ...common,
      ...["--check", "tcp://127.0.0.1:6443", "--interval", "0.1", "--timeout", "0.1", "--rise", "2", "--fall", "3"],
    ]);
    await node.lines.until("vip.bound");
    await node.lines.until("vip.unhealthy");
    expect(peer.lines.of("announced")).toEqual([]);

    const service = await world.service(6443);
    expect(await peer.lines.until("announced")).toMatchObject({ prefix: vip, bound: true });
    expect((await node.lines.until("vip.healthy")).causes).toEqual([
      "the check tcp://127.0.0.1:6443 succeeds",
      "connected to 127.0.0.1 port 6443",
    ]);

    service.kill("SIGKILL");
    expect(await peer.lines.until("withdrawn")).toMatchObject({ prefix: vip, bound: true });
    expect(await node.lines.until("vip.withdrawn")).toMatchObject({
      vip,
      peer: "10.9.0.254",
      reason: "unhealthy",
      causes: [
        `${vip} is not healthy`,
        "the check tcp://127.0.0.1:6443 fails",
        "connect ECONNREFUSED 127.0.0.1:6443, 3rd failure in a row",
      ],
    });
    expect(world.loopback()).toEqual([vip]);

    await world.service(6443);
    await expect.poll(() => peer.lines.of("announced").length, { timeout: 5000 }).toBe(2);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("keeps the route of the last node, and withdraws it once a router shows another node's", async () => {
    const peer = await world.peer();
    const service = await world.service(6443);
    const node = world.announce([
      ...common,
      ...["--check", "tcp://127.0.0.1:6443", "--interval", "0.1", "--timeout", "0.1", "--last-node-guard"],
    ]);
    await peer.lines.until("announced");
    service.kill("SIGKILL");
    const degraded = await peer.lines.until("announced", ({ attributes }) => "communities" in (attributes as object));
    expect(degraded).toMatchObject({ prefix: vip, attributes: { communities: [GRACEFUL_SHUTDOWN] } });
    const kept = "kept as the last node: no other node announces it";
    await node.lines.until("vip.announced", ({ causes }) => (causes as string[]).includes(kept));
    expect(peer.lines.of("withdrawn")).toEqual([]);

    peer.announce([{ prefix: vip, attributes: { asPath: [65001], largeCommunities: ["65001:1:167772162"] } }]);
    await peer.lines.until("withdrawn");
    expect((await node.lines.until("vip.withdrawn")).causes).toContain("it is announced by 10.0.0.2 as well");
  });

  test("drains while the maintenance file is there, and runs a program that knows its VIP", async () => {
    const peer = await world.peer();
    const [file, seen] = [join(world.stateDir, "maintenance"), join(world.stateDir, "seen")];
    const node = world.announce([
      ...common,
      ...["--check", `exec:/bin/sh -c 'echo $VIPCAST_VIP > ${seen}'`, "--interval", "0.2", "--maintenance", file],
    ]);
    await peer.lines.until("announced");
    writeFileSync(file, "");
    await peer.lines.until("withdrawn");
    expect(await node.lines.until("vip.withdrawn")).toMatchObject({
      reason: "drained",
      causes: [`the maintenance file ${file} is there`],
    });
    rmSync(file);
    await expect.poll(() => peer.lines.of("announced").length, { timeout: 5000 }).toBe(2);
    await expect.poll(() => readFileSync(seen, "utf8")).toBe(`${vip}\n`);
  });
});
