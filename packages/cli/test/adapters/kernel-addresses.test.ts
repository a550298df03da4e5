import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

const setup = `
  import { Rtnetlink, ownershipMark } from "@vipcast/linux";
  import { KernelAddresses } from "dist/adapters/kernel-addresses.js";
  const kernel = new Rtnetlink();
  const ours = new KernelAddresses(kernel, ownershipMark("test"));
  const others = new KernelAddresses(kernel, ownershipMark("another"));
  const binding = (prefix, kind = "address") => {
    const [address, length] = prefix.split("/");
    return { prefix, address, prefixLength: Number(length), family: prefix.includes(":") ? 6 : 4, interface: "lo", kind };
  };
  const code = (promise) => promise.then(() => "done", (error) => error.code);
  const seen = async (port, address) => (await port.observe()).addresses.find((one) => one.address === address) ?? null;
`;

describe.skipIf(!canMakeNamespaces)("the kernel as the announcer sees it", () => {
  let world: World;
  beforeAll(() => {
    world = new World();
  });
  afterAll(() => world.close());

  test.each([
    ["an IPv4 address", "192.0.2.20/32", "address"],
    ["an IPv6 address", "2001:db8:2::20/128", "address"],
    ["a local route for an IPv4 aggregate", "198.51.100.0/25", "route"],
    ["a local route for an IPv6 aggregate", "2001:db8:5::/64", "route"],
  ])("takes %s once, as ours and nobody else's, and gives it back", (_what, prefix, kind) => {
    const [address] = prefix.split("/");
    const outcome = world.evaluate(`${setup}
      const one = binding("${prefix}", "${kind}");
      const first = await code(ours.bind(one));
      const second = await code(ours.bind(one));
      const mine = await seen(ours, "${address}"), theirs = await seen(others, "${address}");
      const removed = await code(ours.unbind(one)), again = await code(ours.unbind(one));
      console.log(JSON.stringify({ first, second, mine, theirs, removed, again, left: await seen(ours, "${address}") }));
    `);
    expect(outcome).toMatchObject({
      first: "done",
      second: "EEXIST",
      mine: { address, interface: "lo", kind, mark: "ours" },
      theirs: { mark: "other" },
      removed: "done",
      again: "done",
      left: null,
    });
  });

  test.each(["198.51.100.128/25", "2001:db8:6::/64"])(
    "moves the local route of %s to another interface, and takes nothing away when the old place is given back",
    (prefix) => {
      const outcome = world.evaluate(`${setup}
      const [there, here] = [binding("${prefix}", "route"), { ...binding("${prefix}", "route"), interface: "eth0" }];
      const places = async () =>
        (await ours.observe()).addresses.filter((one) => one.address === there.address).map((one) => one.interface + " " + one.mark);
      const steps = [await code(ours.bind(there)), await code(others.bind(here)), await code(ours.bind(here))];
      const moved = await places();
      steps.push(await code(ours.unbind(there)));
      const kept = await places();
      steps.push(await code(ours.unbind(here)));
      console.log(JSON.stringify({ steps, moved, kept, left: await places() }));
    `);
      expect(outcome).toEqual({
        steps: ["done", "EEXIST", "done", "done", "done"],
        moved: ["eth0 ours"],
        kept: ["eth0 ours"],
        left: [],
      });
    },
  );

  test("tells of an interface that is renamed as one that goes, and has everything looked at anew", () => {
    world.ip("node", "link add old0 type veth peer name other0", "link set old0 up");
    const events = world.evaluate(`${setup}
      import { execFileSync } from "node:child_process";
      const events = [];
      const end = ours.watch((event) => events.push([event.kind, event.name ?? event.link?.name ?? ""].join(" ")));
      for (const words of ["old0 down", "old0 name new0"]) execFileSync("ip", ["link", "set", ...words.split(" ")]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      end();
      kernel.close();
      console.log(JSON.stringify(events));
    `);
    world.ip("node", "link del new0");
    expect(events).toEqual(expect.arrayContaining(["link-removed old0", "resync ", "link new0"]));
  });

  test("binds an IPv4 VIP at scope host and an IPv6 one as deprecated, so that neither becomes a source address", () => {
    world.evaluate(`${setup}
      await ours.bind(binding("192.0.2.21/32"));
      await ours.bind(binding("2001:db8:2::21/128"));
      console.log("null");
    `);
    const shown = world.ipOutput("node", "-o address show dev lo");
    expect(shown).toMatch(/192\.0\.2\.21\/32 scope host/);
    expect(shown).toMatch(/2001:db8:2::21\/128 .*nodad deprecated/);
  });

  test("is told of changes, its own included, after the call that made them", () => {
    const events = world.evaluate(`${setup}
      const events = [];
      const stop = ours.watch(({ kind, address }) => {
        if (address?.address === "192.0.2.22") events.push([kind, address.address, address.mark]);
      });
      await ours.bind(binding("192.0.2.22/32"));
      const during = events.length;
      await ours.unbind(binding("192.0.2.22/32"));
      await new Promise((resolve) => setTimeout(resolve, 200));
      stop();
      kernel.close();
      console.log(JSON.stringify({ during, events }));
    `);
    expect(events).toEqual({
      during: 0,
      events: [
        ["address-added", "192.0.2.22", "ours"],
        ["address-removed", "192.0.2.22", "ours"],
      ],
    });
  });

  test("hears at once of an aggregate that somebody removes, and of no route that is not ours", () => {
    const events = world.evaluate(`${setup}
      const { execFileSync } = await import("node:child_process");
      const ip = (command) => execFileSync("ip", command.split(" "));
      const events = [];
      const stop = ours.watch(({ kind, address }) => {
        if (address?.kind === "route") events.push([kind, address.address + "/" + address.prefixLength, address.mark]);
      });
      await ours.bind(binding("198.51.100.0/24", "route"));
      ip("route add local 203.0.113.0/24 dev lo proto static");
      ip("route del local 198.51.100.0/24 dev lo");
      ip("route add 203.0.113.128/25 dev lo");
      await new Promise((resolve) => setTimeout(resolve, 200));
      stop();
      kernel.close();
      console.log(JSON.stringify(events));
    `);
    expect(events).toEqual([
      ["address-added", "198.51.100.0/24", "ours"],
      ["address-removed", "198.51.100.0/24", "ours"],
    ]);
  });

  test("has bound an IPv6 address when packets to it are taken, not when the kernel has acknowledged it", () => {
    const late = world.evaluate(`${setup}
      const stop = ours.watch(() => {});
      let late = 0;
      for (let host = 1; host <= 300; host++) {
        const prefix = "2001:db8:3::" + host.toString(16) + "/128";
        await ours.bind(binding(prefix));
        if (kernel.routes({ family: "ipv6", table: 255, type: "local", destination: prefix }).length === 0) late++;
        await ours.unbind(binding(prefix));
      }
      stop();
      kernel.close();
      console.log(late);
    `);
    expect(late).toBe(0);
  });

  test("takes packets for an IPv6 address that somebody removed as soon as it is put back, and leaves no route of its own", () => {
    const outcome = world.evaluate(`${setup}
      const stop = ours.watch(() => {});
      const one = binding("2001:db8:4::1/128");
      const routes = () => kernel.routes({ family: "ipv6", table: 255, type: "local", destination: one.prefix });
      await ours.bind(one);
      let late = 0;
      for (let time = 0; time < 300; time++) {
        kernel.deleteAddress({ family: "ipv6", address: one.address, prefixLength: 128, interface: "lo" });
        await ours.bind(one);
        if (routes().length === 0) late++;
        if (time % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 1200));
      const protocols = routes().map(({ protocol }) => protocol);
      await ours.unbind(one);
      const left = routes().length;
      stop();
      kernel.close();
      console.log(JSON.stringify({ late, protocols, left }));
    `);
    expect(outcome).toEqual({ late: 0, protocols: [2], left: 0 });
  });

  test("reports an IPv6 address that was removed before the kernel had announced it as added and removed", () => {
    const rounds = world.evaluate(`${setup}
      const events = [];
      const stop = ours.watch(({ kind, address }) => { if (address?.address === "2001:db8:4::2") events.push(kind); });
      const one = binding("2001:db8:4::2/128");
      const rival = () => kernel.deleteAddress({ family: "ipv6", address: one.address, prefixLength: 128, interface: "lo" });
      const rounds = new Set();
      for (let time = 0; time < 100; time++) {
        events.length = 0;
        // Every other time it is put back, which does not wait.
        const bound = ours.bind(one);
        rival();
        await bound;
        if (time % 2 === 1) await ours.unbind(one);
        for (let wait = 0; wait < 100 && events.length < 2; wait++) await new Promise((resolve) => setTimeout(resolve, 5));
        rounds.add(events.join(" "));
      }
      stop();
      kernel.close();
      console.log(JSON.stringify([...rounds]));
    `);
    expect(rounds).toEqual(["address-added address-removed"]);
  });

  test("owns nothing and changes nothing without a mark", () => {
    const outcome = world.evaluate(`${setup}
      const nobody = new KernelAddresses(kernel, null);
      await ours.bind(binding("192.0.2.23/32"));
      const { mark } = await seen(nobody, "192.0.2.23");
      console.log(JSON.stringify([mark, await code(nobody.unbind(binding("192.0.2.23/32"))), await code(nobody.bind(binding("192.0.2.24/32")))]));
    `);
    expect(outcome).toEqual(["other", "EPERM", "EPERM"]);
    expect(world.loopback()).toContain("192.0.2.23/32");
  });

  test("says that an interface does not exist when binding, and that nothing is left when unbinding", () => {
    const outcome = world.evaluate(`${setup}
      const gone = { ...binding("192.0.2.25/32"), interface: "vip9" };
      console.log(JSON.stringify([await code(ours.bind(gone)), await code(ours.unbind(gone))]));
    `);
    expect(outcome).toEqual(["ENODEV", "done"]);
  });
});
