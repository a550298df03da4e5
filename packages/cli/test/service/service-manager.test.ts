import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NotifySocket } from "../support/notify-socket.ts";
import { canMakeNamespaces, type Node, World } from "../support/world.ts";

describe.skipIf(!canMakeNamespaces)("what vipcast run tells its service manager", () => {
  let world: World;
  let file: string;
  let socket: NotifySocket;
  beforeEach(() => {
    world = new World();
    file = join(world.stateDir, "vipcast.yaml");
    socket = new NotifySocket(join(world.stateDir, "notify"));
  });
  afterEach(async () => {
    socket.close();
    await world.close();
  });

  const write = (vips: string): void =>
    writeFileSync(
      file,
      `{ asn: 65001, stateDir: ${world.stateDir}/state, peers: [{ address: 10.9.0.254, asn: 65000, port: 1790 }], vips: ${vips} }`,
    );
  const run = (): Node =>
    world.run(file, {
      NOTIFY_SOCKET: join(world.stateDir, "notify"),
      WATCHDOG_USEC: "200000",
      WATCHDOG_PID: undefined,
    });

  test("is that it is ready, lives, reloads and stops, and what there is to see", async () => {
    write("[{ prefix: 192.0.2.10, drain: 1s }]");
    await world.peer();
    const node = run();
    await expect
      .poll(() => socket.messages[0], { timeout: 5000 })
      .toBe("READY=1\nSTATUS=0 of 1 virtual IPs announced, 0 of 1 sessions Established");
    await expect
      .poll(() => socket.messages, { timeout: 5000 })
      .toContain("STATUS=1 of 1 virtual IPs announced, 1 of 1 sessions Established");
    expect(socket.of("WATCHDOG=1").length).toBeGreaterThan(3);

    write("[{ prefix: 192.0.2.10, drain: 1s }, { prefix: 192.0.2.11/31 }]");
    node.child.kill("SIGHUP");
    await expect.poll(() => socket.of("RELOADING=1").length).toBe(1);
    expect(Number(/MONOTONIC_USEC=(\d+)/.exec(socket.of("RELOADING=1")[0]!)?.[1])).toBeGreaterThan(0);
    await expect.poll(() => socket.of("READY=1").at(-1)).toContain("sessions Established; the files were refused");

    node.child.kill("SIGTERM");
    await expect
      .poll(() => socket.of("STOPPING=1"))
      .toEqual(["STOPPING=1\nSTATUS=withdrawing and stopping, within 10 s\nEXTEND_TIMEOUT_USEC=15000000"]);
    expect(await node.exit).toBe(0);
    const names = socket.messages.map((message) => message.split("=", 1)[0]);
    expect(names.filter((name) => name !== "WATCHDOG" && name !== "STATUS")).toEqual([
      "READY",
      "RELOADING",
      "READY",
      "STOPPING",
    ]);
  });

  test("falls silent when the event loop does not turn, and who is killed for that is found again by the next start", async () => {
    write("[{ prefix: 192.0.2.10 }]");
    const peer = await world.peer();
    const first = run();
    await peer.lines.until("announced");
    first.child.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = socket.messages.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(socket.messages).toHaveLength(before);
    first.child.kill("SIGKILL");
    expect(await first.exit).toBe("SIGKILL");
    expect(world.loopback()).toEqual(["192.0.2.10/32"]);
    const second = run();
    await second.lines.until("vip.announced");
    second.child.kill("SIGTERM");
    expect(await second.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });

  test("a service manager that is gone is nothing to stop for", async () => {
    write("[{ prefix: 192.0.2.10 }]");
    const peer = await world.peer();
    const node = world.run(file, { NOTIFY_SOCKET: join(world.stateDir, "nobody") });
    await peer.lines.until("announced");
    await expect.poll(node.log).toContain("systemd is not told our state: tell the service manager: ENOENT");
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
  });
});
