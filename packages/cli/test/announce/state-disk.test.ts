import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, type Node, World } from "../support/world.ts";

const vip = "192.0.2.10/32";
const common = ["--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790", "--router-id", "10.9.0.1"];

/** A state folder on a disk of its own, which only this process sees; `then` is done to it before the start. */
function onDisk(world: World, options: string, then = "true"): readonly string[] {
  const mount = `mount -t tmpfs -o ${options} tmpfs ${world.stateDir} && cd ${world.stateDir} && { ${then}; } && cd / && exec "$0" "$@"`;
  return ["unshare", "-m", "sh", "-c", mount];
}

/** What the kernel's marks are for: the disk that remembers what is ours takes nothing. */
describe.skipIf(!canMakeNamespaces)("a virtual IP on a host whose disk does not work", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  async function stopped(node: Node): Promise<void> {
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  }

  test("is served while the disk is full, put back, and taken away at the end", async () => {
    const fill = "dd if=/dev/zero of=filler bs=4096 2>/dev/null || true";
    const node = world.announce([vip, ...common], { wrap: onDisk(world, "size=64k", fill) });
    await node.lines.until("vip.bound");
    const failed = await node.lines.until("ledger.failed");
    expect(failed).toMatchObject({ code: "ENOSPC" });
    world.ip("node", `address delete ${vip} dev lo`);
    await node.lines.until("address.restored");
    expect(world.loopback()).toEqual([vip]);
    await stopped(node);
  });

  test("is served on when the disk becomes read-only, put back, and taken away at the end", async () => {
    const node = world.announce([vip, ...common], { wrap: onDisk(world, "size=1m") });
    await node.lines.until("vip.bound");
    // Made elsewhere and moved over itself: a file that is being written just then would keep it from becoming read-only.
    const readOnly = `mount -t tmpfs tmpfs /mnt && mkdir /mnt/ro && mount --bind ${world.stateDir} /mnt/ro
      mount -o remount,bind,ro /mnt/ro && mount --move /mnt/ro ${world.stateDir}`;
    execFileSync("nsenter", ["--target", `${node.child.pid}`, "--mount", "sh", "-ec", readOnly]);
    world.ip("node", `address delete ${vip} dev lo`);
    await node.lines.until("address.restored");
    await stopped(node);
    expect(node.lines.of("ledger.failed")).toMatchObject([{ code: "EROFS" }]);
  });

  test("is not begun on a disk that is read-only, and the sentence says what to do", async () => {
    const node = world.announce([vip, ...common], { wrap: onDisk(world, "ro") });
    expect(await node.exit).toBe(1);
    expect(world.loopback()).toEqual([]);
    expect(node.log()).toMatch(/read-only/);
  });
});

describe.skipIf(!canMakeNamespaces)("a virtual IP and a network manager", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("is put back each time the manager prunes lo, then held down and said so", async () => {
    const node = world.announce([vip, ...common]);
    await node.lines.until("vip.bound");
    for (let time = 1; time <= 4; time++) {
      world.ip("node", `address delete ${vip} dev lo`);
      await expect.poll(() => node.lines.of("address.restored").length, { timeout: 3000 }).toBe(time);
    }
    expect(node.lines.of("vip.damped")).toEqual([]);
    world.ip("node", `address delete ${vip} dev lo`);
    expect(await node.lines.until("vip.damped")).toMatchObject({ vip, removals: 5 });
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });
});

describe.skipIf(!canMakeNamespaces)("an aggregate of a configuration", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("is a local route with our mark, put back when somebody removes it, and gone at the end", async () => {
    const aggregate = "198.51.100.0/24";
    const file = join(world.stateDir, "vipcast.json");
    const config = {
      asn: 65001,
      routerId: "10.9.0.1",
      stateDir: world.stateDir,
      peers: [{ address: "10.9.0.254", asn: 65000, port: 1790 }],
      vips: [{ prefix: aggregate, allowAggregates: true }],
    };
    writeFileSync(file, JSON.stringify(config));
    const local = (): string => world.ipOutput("node", "route show table local type local");
    const node = world.run(file);
    await node.lines.until("vip.bound", (line) => line.vip === aggregate);
    expect(local()).toContain(aggregate);
    expect(world.loopback()).toEqual([]);
    world.ip("node", `route delete local ${aggregate} dev lo table local`);
    await node.lines.until("address.restored", (line) => line.vip === aggregate);
    expect(local()).toContain(aggregate);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(local()).not.toContain(aggregate);
  });
});
