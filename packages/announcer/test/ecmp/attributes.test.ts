import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributesFor, type RouteForm, routeSignature } from "../../src/ecmp/attributes.ts";
import type { VipInput } from "../../src/intent/desired-vip.ts";
import { parseVip } from "../../src/intent/parse-vip.ts";
import type { RouteAttributes } from "../../src/ports.ts";
import { vip } from "../fakes/world.ts";

const external = { internal: false };
const internal = { internal: true };
const normal: RouteForm = { mode: "normal", weight: null };
const standby: RouteForm = { mode: "standby", weight: null };
const worst: RouteForm = { mode: "worst", weight: null };

describe("attributesFor", () => {
  it("sends external peers prepending and MED, internal ones LOCAL_PREF", () => {
    const given = vip("192.0.2.1", {
      med: 5,
      localPref: 200,
      prepend: 2,
      communities: ["65000:1"],
      largeCommunities: ["1:2:3"],
    });
    const common = { origin: "igp", nextHop: "self", med: 5, communities: [0xfde80001], largeCommunities: ["1:2:3"] };
    expect(attributesFor(given, external)).toEqual({ ...common, prepend: 2 });
    expect(attributesFor(given, internal)).toEqual({ ...common, localPref: 200 });
  });

  it("always sends internal peers a LOCAL_PREF, so that no router's default decides", () => {
    expect(attributesFor(vip("192.0.2.1"), internal)).toEqual({ origin: "igp", nextHop: "self", localPref: 100 });
    expect(attributesFor(vip("192.0.2.1"), external)).toEqual({ origin: "igp", nextHop: "self" });
  });

  it("makes the worst preference worse than any configured one, with GRACEFUL_SHUTDOWN", () => {
    const given = vip("192.0.2.1", { prepend: 16, localPref: 0, med: 9, communities: ["no-export"] });
    expect(attributesFor(given, external, worst)).toMatchObject({
      prepend: 20,
      med: 4294967295,
      communities: [0xffff0000, 0xffffff01],
    });
    expect(attributesFor(given, internal, worst)).toMatchObject({
      localPref: 0,
      med: 9,
      communities: [0xffff0000, 0xffffff01],
    });
    expect(
      attributesFor(vip("192.0.2.1", { communities: ["graceful-shutdown"] }), external, worst).communities,
    ).toEqual([0xffff0000]);
  });

  it("tells a standby by prepending and MED outside the AS, and by LOCAL_PREF inside", () => {
    const given = vip("192.0.2.1", { ecmp: { role: "standby" }, med: 7, prepend: 1, localPref: 300 });
    expect(attributesFor(given, external)).toMatchObject({ prepend: 11, med: 1007 });
    expect(attributesFor(given, internal)).toEqual({ origin: "igp", nextHop: "self", localPref: 250, med: 7 });
    expect(attributesFor(vip("192.0.2.1", { ecmp: { preference: 8 } }), external)).toMatchObject({
      prepend: 2,
      med: 200,
    });
  });

  it("announces like a standby while a failback delay runs", () => {
    const given = vip("192.0.2.1", { ecmp: { preference: 9, failbackMs: 1000 } });
    const waiting = vip("192.0.2.1", { ecmp: { role: "standby" } });
    for (const peer of [external, internal])
      expect(attributesFor(given, peer, standby)).toEqual(attributesFor(waiting, peer, normal));
  });

  it("puts the node's community among the others, once, and the weight with our AS", () => {
    const given = vip("192.0.2.1", { largeCommunities: ["65002:1:1"] });
    const node = { asn: 65001, community: "65001:1:167772161" };
    expect(attributesFor(given, external, normal, node).largeCommunities).toEqual(["65001:1:167772161", "65002:1:1"]);
    const twice = vip("192.0.2.1", { largeCommunities: ["65001:1:167772161"] });
    expect(attributesFor(twice, external, normal, node).largeCommunities).toEqual(["65001:1:167772161"]);
    // 10 Gbit/s are 1.25e9 octets per second, 0x4e9502f9 as a float.
    expect(attributesFor(given, external, { mode: "normal", weight: 1e10 }, node).extendedCommunities).toEqual([
      "4004fde94e9502f9",
    ]);
  });

  // What routers compare in this order (RFC 4271 §9.1.1, §9.1.2.2): LOCAL_PREF, length of AS_PATH, MED. Each alone has to say the same.
  const better = (a: RouteAttributes, b: RouteAttributes): boolean[] => [
    (a.localPref ?? 0) >= (b.localPref ?? 0),
    (a.prepend ?? 0) <= (b.prepend ?? 0),
    (a.med ?? 0) <= (b.med ?? 0),
  ];
  const inputs = fc.record({
    prepend: fc.integer({ min: 0, max: 16 }),
    med: fc.option(fc.integer({ min: 0, max: 4294967295 }), { nil: undefined }),
    localPref: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
  });

  it("orders preferences and the worst one strictly, for internal and external peers, whatever else the VIP says", () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 }), (input, one, two) => {
        const parsed = [one, two].map((preference) =>
          parseVip({ prefix: "192.0.2.1", ecmp: { preference }, ...(input as Partial<VipInput>) }),
        );
        const [high, low] = one >= two ? parsed : [...parsed].reverse();
        fc.pre(high?.ok === true && low?.ok === true && one !== two);
        if (high?.ok !== true || low?.ok !== true) return;
        for (const peer of [external, internal]) {
          const [a, b, drained] = [
            attributesFor(high.vip, peer),
            attributesFor(low.vip, peer),
            attributesFor(low.vip, peer, worst),
          ];
          expect(better(a, b)).toEqual([true, true, true]);
          expect(better(b, drained)).toEqual([true, true, true]);
          if (peer.internal) expect([a.localPref, b.localPref, drained.localPref]).toHaveLength(3);
          const deciding = peer.internal
            ? [a.localPref, b.localPref, drained.localPref].map((value) => -(value ?? 0))
            : [a, b, drained].map(({ prepend = 0 }) => prepend);
          expect([...deciding].sort((x, y) => x - y)).toEqual(deciding);
          expect(new Set(deciding).size).toBe(3);
        }
      }),
    );
  });
});

describe("routeSignature", () => {
  it("changes with everything that the route depends on, and with nothing else", () => {
    const base = routeSignature(vip("192.0.2.1"), normal);
    const changed = [
      { med: 0 },
      { localPref: 1 },
      { prepend: 1 },
      { communities: ["1:1"] },
      { largeCommunities: ["1:1:1"] },
      { nextHop: "10.0.0.1" },
      { ecmp: { preference: 9 } },
    ];
    const signatures = changed.map((more) => routeSignature(vip("192.0.2.1", more), normal));
    const forms = [standby, worst, { ...normal, weight: 8000 }].map((form) => routeSignature(vip("192.0.2.1"), form));
    expect(new Set([base, ...forms, ...signatures]).size).toBe(changed.length + 4);
    expect(routeSignature(vip("192.0.2.1", { drainMs: 5, allowOnLink: true }), normal)).toBe(base);
  });
});
