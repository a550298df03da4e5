import { describe, expect, it } from "vitest";
import { attributesFor, routeSignature } from "../../src/ecmp/attributes.ts";
import { vip } from "../fakes/world.ts";

const external = { internal: false };
const internal = { internal: true };

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
    expect(attributesFor(given, external, "worst")).toMatchObject({
      prepend: 20,
      med: 4294967295,
      communities: [0xffff0000, 0xffffff01],
    });
    expect(attributesFor(given, internal, "worst")).toMatchObject({
      localPref: 0,
      med: 9,
      communities: [0xffff0000, 0xffffff01],
    });
    expect(
      attributesFor(vip("192.0.2.1", { communities: ["graceful-shutdown"] }), external, "worst").communities,
    ).toEqual([0xffff0000]);
  });
});

describe("routeSignature", () => {
  it("changes with everything that the route depends on, and with nothing else", () => {
    const base = routeSignature(vip("192.0.2.1"), "normal");
    const changed = [
      { med: 0 },
      { localPref: 1 },
      { prepend: 1 },
      { communities: ["1:1"] },
      { largeCommunities: ["1:1:1"] },
      { nextHop: "10.0.0.1" },
    ];
    const signatures = changed.map((more) => routeSignature(vip("192.0.2.1", more), "normal"));
    expect(new Set([base, routeSignature(vip("192.0.2.1"), "worst"), ...signatures]).size).toBe(changed.length + 2);
    expect(routeSignature(vip("192.0.2.1", { drainMs: 5, allowOnLink: true }), "normal")).toBe(base);
  });
});
