import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

const vip = "192.0.2.10/32";
const common = [vip, "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"];

describe.skipIf(!canMakeNamespaces)("an address", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("left by kill -9 is recognised at the next start: no error, no second one, and removed at its end", async () => {
    const peer = await world.peer();
    const first = world.announce(common);
    await first.lines.until("vip.announced");
    first.child.kill("SIGKILL");
    expect(await first.exit).toBe("SIGKILL");
    expect(world.loopback()).toEqual([vip]);
    const second = world.announce(common);
    expect(await second.lines.until("vip.bound")).toMatchObject({ vip, adopted: false });
    await second.lines.until("vip.announced");
    expect(world.loopback()).toEqual([vip]);
    second.child.kill("SIGTERM");
    expect(await second.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
    expect(peer.lines.of("announced")).toHaveLength(2);
  });

  test("left by kill -9 and wanted no more is taken away at the next start", async () => {
    const first = world.announce(common);
    await first.lines.until("vip.bound");
    first.child.kill("SIGKILL");
    await first.exit;
    const second = world.announce(["192.0.2.11/32", ...common.slice(1)]);
    await second.lines.until("vip.unbound", (line) => line.vip === vip);
    await second.lines.until("vip.bound");
    expect(world.loopback()).toEqual(["192.0.2.11/32"]);
  });

  test("left by kill -9 is not taken for the router id", async () => {
    world.ip("node", "address delete 10.9.0.1/24 dev eth0", "address add 203.0.113.9/24 dev eth0");
    const first = world.announce(["192.0.2.10/32", "192.0.2.11/32", ...common.slice(1), "--router-id", "203.0.113.1"]);
    await first.lines.until("vip.bound", (line) => line.vip === "192.0.2.11/32");
    first.child.kill("SIGKILL");
    await first.exit;
    const second = world.announce(common);
    await second.lines.until("vip.bound");
    await expect.poll(() => second.log()).toContain("the router id is 203.0.113.9");
  });

  test("that was there before is refused without --adopt, and nothing is touched", async () => {
    world.ip("node", `address add ${vip} dev lo`);
    const peer = await world.peer();
    const node = world.announce(common);
    expect(await node.exit).toBe(2);
    expect(node.log()).toContain(
      `${vip} is on lo already and vipcast did not add it: remove it, or adopt it (adopt: true in a configuration file, else --adopt)`,
    );
    expect(node.lines.all).toMatchObject([{ event: "vip.refused", vip, rule: "already-present" }]);
    expect(peer.lines.names).toEqual(["ready"]);
    expect(world.loopback()).toEqual([vip]);
  });

  test("that was there before is announced with --adopt, and stays at the end", async () => {
    world.ip("node", `address add ${vip} dev lo`);
    const peer = await world.peer();
    const node = world.announce([...common, "--adopt"]);
    expect(await node.lines.until("vip.bound")).toMatchObject({ vip, adopted: true });
    expect(await peer.lines.until("announced")).toMatchObject({ prefix: vip, bound: true });
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(await peer.lines.until("withdrawn")).toMatchObject({ bound: true });
    expect(world.loopback()).toEqual([vip]);
    expect(node.lines.names).not.toContain("vip.unbound");
  });

  test("deleted by hand is put back, and the peer hears nothing of it", async () => {
    const peer = await world.peer();
    const node = world.announce(common);
    await peer.lines.until("announced");
    world.ip("node", `address delete ${vip} dev lo`);
    const restored = await node.lines.until("address.restored");
    expect(restored).toMatchObject({ vip, interface: "lo", withdrawn: false });
    expect(restored.afterMs).toEqual(expect.any(Number));
    expect(world.loopback()).toEqual([vip]);
    expect(await peer.probe("192.0.2.10")).toBe(true);
    expect(peer.lines.of("withdrawn")).toEqual([]);
    expect(peer.lines.of("announced")).toHaveLength(1);
  });

  test("deleted again and again is withdrawn and held down, and the reason names who may be fighting", async () => {
    const peer = await world.peer();
    const node = world.announce(common);
    await peer.lines.until("announced");
    for (let time = 1; time <= 5; time++) {
      world.ip("node", `address delete ${vip} dev lo`);
      if (time < 5)
        await node.lines.until(
          "address.restored",
          (line) => node.lines.of("address.restored").indexOf(line) === time - 1,
        );
    }
    const damped = await node.lines.until("vip.damped");
    expect(damped).toMatchObject({ vip, removals: 5 });
    expect(JSON.stringify(damped.causes)).toMatch(/NetworkManager|keepalived/);
    await peer.lines.until("withdrawn");
    // On a busy machine one of the removals may have cost a withdrawal of its own.
    const withdrawn = await node.lines.until("vip.withdrawn", ({ reason }) => reason === "damped");
    expect(withdrawn).toMatchObject({ vip });
  });

  test("of another instance on the same host is never touched, dead or alive", async () => {
    const blue = world.announce([...common, "--instance", "blue"]);
    await blue.lines.until("vip.bound");
    const green = world.announce(["192.0.2.11/32", ...common.slice(1), "--instance", "green"]);
    await green.lines.until("vip.bound");
    blue.child.kill("SIGKILL");
    await blue.exit;
    green.child.kill("SIGTERM");
    expect(await green.exit).toBe(0);
    expect(world.loopback()).toEqual([vip]);
    const refused = world.announce([...common, "--instance", "green"]);
    expect(await refused.exit).toBe(2);
    expect(refused.log()).toContain("vipcast did not add it");
    expect(world.loopback()).toEqual([vip]);
    const again = world.announce(["192.0.2.12/32", ...common.slice(1), "--instance", "blue"]);
    await again.lines.until("vip.unbound", (line) => line.vip === vip);
    await again.lines.until("vip.bound");
    expect(world.loopback()).toEqual(["192.0.2.12/32"]);
  });

  test("cannot be claimed by two at once: the second one with the same state folder is turned away", async () => {
    const first = world.announce(common);
    await first.lines.until("vip.bound");
    const second = world.announce(["192.0.2.11/32", ...common.slice(1)]);
    expect(await second.exit).toBe(1);
    expect(second.log()).toContain(
      `another vipcast uses the state folder ${world.stateDir} (process ${first.child.pid})`,
    );
    expect(second.log()).toContain("--state-dir");
    expect(world.loopback()).toEqual([vip]);
  });
});
