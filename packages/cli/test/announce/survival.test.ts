import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../support/world.ts";
import { canMakeNamespaces, World } from "../support/world.ts";

const v4 = "192.0.2.10/32";
const v6 = "2001:db8:2::10/128";
const common = ["--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790", "--router-id", "10.9.0.1"];

/** The announcer against a real kernel in which others do what network managers and operators do. */
describe.skipIf(!canMakeNamespaces)("virtual IPs", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  const shown = (device: string): string => world.ipOutput("node", `-o address show dev ${device}`);
  const restored =
    (node: Node, times: number): (() => boolean) =>
    () =>
      node.lines.of("address.restored").length >= times;

  test("survive a flush of lo, lo down and up, and neither expire nor become source addresses", async () => {
    const node = world.announce([v4, v6, ...common]);
    await node.lines.until("vip.bound", (line) => line.vip === v4);
    await node.lines.until("vip.bound", (line) => line.vip === v6);
    world.ip("node", "address flush dev lo", "address add 127.0.0.1/8 dev lo");
    await expect.poll(restored(node, 2), { timeout: 8000 }).toBe(true);
    world.ip("node", "link set lo down", "link set lo up");
    await expect.poll(() => world.loopback().sort(), { timeout: 8000 }).toEqual([v4, v6].sort());
    expect(shown("lo")).toMatch(/192\.0\.2\.10\/32 scope host lo[^\n]*valid_lft forever/);
    expect(shown("lo")).toMatch(/2001:db8:2::10\/128 [^\n]*deprecated[^\n]*valid_lft forever preferred_lft 0sec/);
    expect(world.ipOutput("node", "route get 10.9.0.254")).toContain("src 10.9.0.1");
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("stand on another interface than lo, and give way to the same address of the host itself", async () => {
    world.ip("node", "link add core0 type veth peer name core1", "link set core0 up", "link set core1 up");
    const node = world.announce([v4, ...common, "--interface", "core0"]);
    await node.lines.until("vip.bound");
    expect(shown("core0")).toContain("192.0.2.10/32 scope host");
    world.ip("node", "address delete 192.0.2.10/32 dev core0");
    await node.lines.until("address.restored");
    world.ip("node", "address add 192.0.2.10/32 dev eth0");
    expect(await node.lines.until("vip.refused")).toMatchObject({ vip: v4, rule: "host-address" });
    await node.lines.until("vip.unbound");
    expect(shown("core0")).not.toContain("192.0.2.10");
    expect(shown("eth0")).toContain("192.0.2.10");
    world.ip("node", "address delete 192.0.2.10/32 dev eth0");
    await expect.poll(() => shown("core0")).toContain("192.0.2.10/32 scope host");
    world.ip("node", "address add 192.0.2.1/24 dev eth0");
    expect(await node.lines.until("vip.on-link")).toMatchObject({ vip: v4 });
    world.ip("node", "address delete 192.0.2.1/24 dev eth0");
    expect(shown("core0")).toContain("192.0.2.10/32");
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(shown("core0")).not.toContain("192.0.2.10");
  });
});
