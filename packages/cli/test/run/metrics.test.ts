import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

describe.skipIf(!canMakeNamespaces)("metrics of vipcast run", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  const write = (vips: string, more = ""): void => world.configure(vips, { more });
  test("a scrape shows what runs, and a reload takes away what is gone", async () => {
    write("[{ prefix: 192.0.2.10 }, { prefix: 192.0.2.11 }]", "metrics: { listen: 10.9.0.1 }");
    const peer = await world.peer();
    const scrape = (path: string): ReturnType<typeof peer.get> => peer.get(`http://10.9.0.1:9179${path}`);
    const metrics = async (): Promise<string> => (await scrape("/metrics")).text;
    const node = world.run();
    await peer.lines.until("announced", ({ prefix }) => prefix === "192.0.2.11/32");
    await expect.poll(node.log).toContain("metrics are served on 10.9.0.1:9179");
    const { text } = await scrape("/metrics");
    expect(text.split("\n")).toEqual(
      expect.arrayContaining([
        'vipcast_session_up{peer="10.9.0.254"} 1',
        'vipcast_session_established_total{peer="10.9.0.254"} 1',
        'vipcast_vip_announced_peers{vip="192.0.2.11/32"} 1',
        "vipcast_config_stale 0",
        "vipcast_ready 1",
      ]),
    );
    expect(await scrape("/readyz")).toEqual({ status: 200, text: "ready\n" });

    world.ip("node", "address delete 192.0.2.10/32 dev lo");
    await node.lines.until("address.restored");
    await expect.poll(metrics).toContain('vipcast_address_restored_total{vip="192.0.2.10/32"} 1');

    write("[{ prefix: 192.0.2.10 }]", "metrics: { listen: nowhere }");
    node.child.kill("SIGHUP");
    await expect.poll(node.log).toContain("nothing changed");
    await expect.poll(metrics).toContain("vipcast_config_stale 1");

    write("[{ prefix: 192.0.2.10 }]", "metrics: { listen: 10.9.0.1 }");
    node.child.kill("SIGHUP");
    await peer.lines.until("withdrawn");
    await node.lines.until("vip.unbound");
    await expect.poll(metrics).not.toContain("192.0.2.11");
    expect(await metrics()).toContain("vipcast_config_stale 0");
    peer.shutdown("for the test");
    await node.lines.until("peer.down");
    expect(await scrape("/readyz")).toEqual({ status: 503, text: "not ready: no session is Established, of 1\n" });
    await expect.poll(metrics).toContain('vipcast_session_flaps_total{peer="10.9.0.254"} 1');
  });
});
