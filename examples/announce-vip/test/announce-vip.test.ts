import { waitFor } from "@vipcast/lab";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { node, peer } from "../../../interop/src/cell/world.ts";
import { absence, Controller, Stage } from "./controller.ts";

const vip4 = "192.0.2.10/32";
const vip6 = "2001:db8::10/128";
const gone = (route: unknown): boolean => route === undefined;

describe.skipIf(absence !== null)(`the controller and BIRD${absence === null ? "" : ` (${absence})`}`, () => {
  let stage: Stage;
  let before: readonly string[];

  beforeEach(async () => {
    stage = await Stage.open();
    before = await stage.addresses();
  });
  afterEach(() => stage.close());

  test("binds a VIP that is set and announces it with its own address as next hop", async () => {
    const controller = await Controller.start(stage);
    await controller.tell(`set 192.0.2.10 ${vip6}`);
    const expected = { peer: node.ipv4, asPath: [65001], origin: "igp", med: null, communities: [], best: true };
    expect(await stage.route(vip4, (route) => route !== undefined)).toMatchObject({ ...expected, nextHop: node.ipv4 });
    expect(await stage.route(vip6, (route) => route !== undefined)).toMatchObject({ ...expected, nextHop: node.ipv6 });
    expect(await stage.addresses()).toEqual([...before, vip4, vip6].sort());
    expect(controller.eventsOf(vip4)).toEqual(["vip.bound", "vip.announced"]);
    expect(JSON.parse(await stage.sandbox.readFile(stage.ledgerFile))).toMatchObject({
      entries: expect.arrayContaining([
        { prefix: vip4, interface: "lo" },
        { prefix: vip6, interface: "lo" },
      ]),
    });
  });

  test("withdraws a VIP that is removed before it unbinds it, and leaves the others alone", async () => {
    const controller = await Controller.start(stage);
    await controller.tell(`set ${vip4} ${vip6}`);
    await stage.route(vip4, (route) => route !== undefined);
    await stage.route(vip6, (route) => route !== undefined);
    expect(stage.bound(vip4)).toHaveLength(1);

    await controller.tell(`remove ${vip4}`);
    await controller.said({ event: "vip.unbound", vip: vip4 });
    await stage.route(vip4, gone);
    expect(controller.eventsOf(vip4)).toEqual([
      "vip.bound",
      "vip.announced",
      "vip.draining",
      "vip.announced",
      "vip.withdrawn",
      "vip.unbound",
    ]);
    // As both kernels saw it.
    const unbound = await waitFor("the address goes", () => stage.unbound(vip4)[0] ?? null, 2000);
    const unrouted = await waitFor("the route goes", () => stage.unrouted(vip4).at(-1) ?? null, 2000);
    expect(unrouted).toBeLessThan(unbound);
    expect(await stage.addresses()).toEqual([...before, vip6].sort());
    expect(stage.unbound(vip6)).toEqual([]);
    expect(stage.unrouted(vip6)).toEqual([]);
  });

  test("on SIGTERM takes everything away in order, says good-bye and leaves nothing", async () => {
    const controller = await Controller.start(stage);
    await controller.tell(`set ${vip4} ${vip6}`);
    await stage.route(vip4, (route) => route !== undefined);
    await stage.route(vip6, (route) => route !== undefined);

    expect(await controller.stop("SIGTERM")).toMatchObject({ code: 0, signal: null });
    expect(await stage.addresses()).toEqual(before);
    for (const vip of [vip4, vip6]) {
      await stage.route(vip, gone);
      expect(controller.eventsOf(vip).slice(-2)).toEqual(["vip.withdrawn", "vip.unbound"]);
      const unbound = await waitFor("the address goes", () => stage.unbound(vip)[0] ?? null, 2000);
      const unrouted = await waitFor("the route goes", () => stage.unrouted(vip).at(-1) ?? null, 2000);
      expect(unrouted).toBeLessThan(unbound);
    }
    const [session] = await stage.router.sessions();
    expect(session?.lastError).toContain("Administrative shutdown");
    expect(JSON.parse(await stage.sandbox.readFile(stage.ledgerFile))).toMatchObject({ entries: [] });
  });

  test("drains a VIP with worst preference, explains it, and takes it back into service", async () => {
    const controller = await Controller.start(stage);
    await controller.tell(`set ${vip4}`);
    await stage.route(vip4, (route) => route !== undefined);

    await controller.tell(`drain ${vip4}`);
    const worst = await stage.route(vip4, (route) => route?.med === 4294967295);
    expect(worst?.communities).toEqual(["65535:0"]);
    expect(worst?.asPath.length).toBeGreaterThan(16);
    await stage.route(vip4, gone);
    await controller.said({ event: "vip.unbound", vip: vip4 });

    await controller.tell(`explain ${vip4}`);
    const drained = await controller.said({ vip: vip4, state: "drained" });
    expect(drained).toMatchObject({ announced: false, bound: false });
    expect(String(drained.reasons)).toContain("a drain was asked for");

    await controller.tell(`undrain ${vip4}`);
    expect(await stage.route(vip4, (route) => route !== undefined)).toMatchObject({ asPath: [65001], communities: [] });
    await controller.tell("explain");
    expect(await controller.said({ vip: vip4, state: "announced" })).toMatchObject({
      announced: true,
      bound: true,
      peers: [{ peer: peer.ipv4, asn: 65000, established: true, announced: true }],
    });
  });

  test("puts back an address that somebody removed", async () => {
    const controller = await Controller.start(stage);
    await controller.tell(`set ${vip4}`);
    await stage.route(vip4, (route) => route !== undefined);
    await stage.sandbox.exec(node.name, ["ip", "address", "delete", vip4, "dev", "lo"]);
    await controller.said({ event: "address.lost", vip: vip4, interface: "lo" });
    await controller.said({ event: "address.restored", vip: vip4, interface: "lo" });
    expect(await stage.addresses()).toEqual([...before, vip4].sort());
  });

  test("knows after a crash what it left: keeps what is wanted and removes what is not", async () => {
    const crashed = await Controller.start(stage);
    await crashed.tell(`set ${vip4} ${vip6}`);
    await stage.route(vip4, (route) => route !== undefined);
    await stage.route(vip6, (route) => route !== undefined);
    await crashed.stop("SIGKILL");
    expect(await stage.addresses()).toEqual(expect.arrayContaining([vip4, vip6]));

    const next = await Controller.start(stage);
    await next.tell(`set ${vip4}`);
    await stage.route(vip4, (route) => route !== undefined);
    await waitFor("the other one goes", async () => ((await stage.addresses()).includes(vip6) ? null : true), 3000);
    expect(await stage.addresses()).toEqual([...before, vip4].sort());
    expect(stage.unbound(vip4)).toEqual([]);
  });

  test("refuses what must not be announced, and lines it does not know, and goes on", async () => {
    const controller = await Controller.start(stage);
    await controller.tell(`set 127.0.0.1 ${node.ipv4}`, "announce 192.0.2.10", `drain ${vip4}`, `set ${vip4}`);
    await stage.route(vip4, (route) => route !== undefined);
    await controller.said({ event: "vip.refused", vip: "127.0.0.1/32", rule: "loopback" });
    await controller.said({ event: "vip.refused", vip: `${node.ipv4}/32`, rule: "host-address" });
    await controller.complained('"announce" is none of set, remove, drain, undrain and explain');
    await controller.complained(`${vip4} is not in the intent`);
    expect((await stage.router.received("ipv4-unicast")).map(({ prefix }) => prefix)).toEqual([vip4]);
    expect(await stage.addresses()).toEqual([...before, vip4].sort());
  });
});
