import { describe, expect, it } from "vitest";
import { HostIndex } from "../../src/host/host-index.ts";
import { bindingOf, isUsable, noRoute, type VipView, viewOf } from "../../src/plan/view.ts";
import type { HostAddress } from "../../src/ports.ts";
import { vip } from "../fakes/world.ts";
import { at, lo, V } from "./samples.ts";

const ledger = { has: () => false, interfacesOf: () => [] };

function see(addresses: readonly HostAddress[], one = V, up = true): VipView {
  const host = new HostIndex();
  host.finishDump({ addresses: [lo, ...addresses], links: [{ name: "lo", up }] });
  return viewOf(one, host, ledger, noRoute, { nowMs: 0, ledger: "behind" });
}

describe("viewOf", () => {
  it("tells what is ours from what is not, at the place and elsewhere", () => {
    expect(see([])).toMatchObject({ place: "empty", owned: [] });
    expect(see([at("other")])).toMatchObject({ place: "foreign", owned: [] });
    const view = see([at("ours"), at("ours", V.prefix, "veth0"), at("other", V.prefix, "eth0")]);
    expect(view.place).toBe("ours");
    expect(view.owned.map(({ interface: name }) => name)).toEqual(["lo", "veth0"]);
  });

  it("does not take another length, or a route for an address", () => {
    expect(see([at("ours", "192.0.2.1/24")]).owned).toEqual([]);
    expect(see([{ ...at("ours"), kind: "route" }]).place).toBe("empty");
    const aggregate = vip("198.51.100.0/24", { allowAggregates: true });
    expect(bindingOf(aggregate).kind).toBe("route");
    expect(see([at("ours", "198.51.100.0/24")], aggregate).place).toBe("empty");
  });
});

describe("isUsable", () => {
  it("needs the interface up and the address ours, or adopted", () => {
    expect(isUsable(V, see([at("ours")]))).toBe(true);
    expect(isUsable(V, see([at("ours")], V, false))).toBe(false);
    expect(isUsable(V, see([at("other")]))).toBe(false);
    expect(isUsable(vip("192.0.2.1", { adopt: true }), see([at("other")]))).toBe(true);
  });

  it("needs somebody else's address where vipcast binds none, unless the operator vouches for it", () => {
    const unbound = vip("192.0.2.1", { bind: false });
    expect(isUsable(unbound, see([at("other")], unbound))).toBe(true);
    expect(isUsable(unbound, see([at("ours")], unbound))).toBe(false);
    expect(isUsable(vip("192.0.2.1", { bind: false, assumeBound: true }), see([]))).toBe(true);
  });
});
