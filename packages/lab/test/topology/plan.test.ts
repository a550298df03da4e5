import { describe, expect, it } from "vitest";
import { addressOf, nodeOfNextHop, type PlanOptions, planLab } from "../../src/topology/plan.ts";

const options: PlanOptions = {
  mode: "namespaces",
  nodes: 3,
  vips: ["192.0.2.10/32", "2001:db8::10/128"],
  ipv6: true,
  routerAsn: 65000,
  nodeAsn: () => 65001,
  routerPort: 179,
  servicePort: 8080,
};

describe("planLab", () => {
  it("puts the router where the README says and every node on the same segment", () => {
    const plan = planLab(options);
    expect(plan.router.lan).toEqual({ ipv4: "10.0.0.254", ipv6: "fd00::254" });
    expect(plan.nodes.map((node) => node.addresses.ipv4)).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  });

  it("gives all 32 nodes addresses of their own", () => {
    const plan = planLab({ ...options, nodes: 32 });
    const addresses = plan.nodes.flatMap((node) => [
      ...Object.values(node.addresses),
      ...Object.values(node.vantage ?? {}),
      node.linkLocal,
      node.hardwareAddress,
    ]);
    expect(new Set(addresses).size).toBe(32 * 6);
  });

  it("knows a node by its IPv4, IPv6 and link-local next hop, and leaves a stranger's as it is", () => {
    const plan = planLab({ ...options, nodes: 20 });
    expect(nodeOfNextHop(plan, "10.0.0.2")).toBe("node2");
    expect(nodeOfNextHop(plan, "fd00::3")).toBe("node3");
    expect(nodeOfNextHop(plan, "fe80::ff:fe00:14")).toBe("node20");
    expect(nodeOfNextHop(plan, "10.9.9.9")).toBe("10.9.9.9");
  });

  it("drops IPv6 VIPs where there is no IPv6, and uses 127.0.0.0/8 without namespaces", () => {
    const plan = planLab({ ...options, mode: "loopback" });
    expect(plan.vips).toEqual(["192.0.2.10/32"]);
    expect(plan.nodes.map((node) => node.addresses)).toEqual([
      { ipv4: "127.0.0.11", ipv6: null },
      { ipv4: "127.0.0.12", ipv6: null },
      { ipv4: "127.0.0.13", ipv6: null },
    ]);
  });

  it.each([0, 33, 1.5, Number.NaN])("refuses %s nodes", (nodes) => {
    expect(() => planLab({ ...options, nodes })).toThrow("1 to 32 nodes");
  });

  it("refuses a lab without a reachable VIP", () => {
    expect(() => planLab({ ...options, ipv6: false, vips: ["2001:db8::10/128"] })).toThrow("at least one VIP");
  });
});

it("addressOf cuts the length off", () => {
  expect(addressOf("2001:db8::10/128")).toBe("2001:db8::10");
});
