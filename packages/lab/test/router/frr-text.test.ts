import { describe, expect, it } from "vitest";
import { frrConfig, parseFrrNeighbors, parseFrrRoute } from "../../src/router/frr-text.ts";

describe("parseFrrRoute", () => {
  it("reads every path with its attributes", () => {
    const text = JSON.stringify({
      prefix: "192.0.2.10/32",
      paths: [
        {
          aspath: { string: "65001 65001", segments: [{ type: "as-sequence", list: [65001, 65001] }], length: 2 },
          origin: "IGP",
          metric: 5,
          community: { string: "65000:100 65000:200", list: ["65000:100", "65000:200"] },
          largeCommunity: { string: "65001:2:3", list: ["65001:2:3"] },
          valid: true,
          multipath: true,
          bestpath: { overall: true },
          nexthops: [{ ip: "10.0.0.1", afi: "ipv4", used: true }],
          peer: { peerId: "10.0.0.1" },
        },
        {
          aspath: { segments: [] },
          origin: "incomplete",
          locPrf: 200,
          nexthops: [
            { ip: "fd00::2", scope: "global" },
            { ip: "fe80::2", scope: "link-local", used: true },
          ],
          peer: { peerId: "10.0.0.2" },
        },
      ],
    });
    expect(parseFrrRoute(text)).toEqual([
      {
        peer: "10.0.0.1",
        nextHop: "10.0.0.1",
        asPath: [65001, 65001],
        origin: "igp",
        med: 5,
        localPref: null,
        communities: ["65000:100", "65000:200"],
        largeCommunities: ["65001:2:3"],
        best: true,
        multipath: true,
      },
      {
        peer: "10.0.0.2",
        nextHop: "fe80::2",
        asPath: [],
        origin: "incomplete",
        med: null,
        localPref: 200,
        communities: [],
        largeCommunities: [],
        best: false,
        multipath: false,
      },
    ]);
  });

  it.each(["", "{}", "% Network not in table"])("finds none in %j", (text) => {
    expect(parseFrrRoute(text)).toEqual([]);
  });
});

describe("parseFrrNeighbors", () => {
  it("reads state, negotiated hold time and the last NOTIFICATION", () => {
    const text = JSON.stringify({
      "10.0.0.1": { bgpState: "Established", bgpTimerHoldTimeMsecs: 3000, lastResetDueTo: "Waiting for peer OPEN" },
      "10.0.0.2": {
        bgpState: "Active",
        bgpTimerHoldTimeMsecs: 90000,
        lastNotificationReason: "Cease/Administrative Shutdown",
      },
    });
    expect(parseFrrNeighbors(text)).toEqual([
      { peer: "10.0.0.1", state: "established", holdTime: 3, lastError: null },
      { peer: "10.0.0.2", state: "active", holdTime: null, lastError: "Cease/Administrative Shutdown" },
    ]);
  });
});

describe("frrConfig", () => {
  it("takes routes without a policy and shares the traffic between neighbour ASes", () => {
    const text = frrConfig({
      asn: 65000,
      routerId: "10.0.0.254",
      peers: [{ name: "node1", address: "10.0.0.1", asn: 65001, passive: false }],
    });
    for (const line of ["no bgp ebgp-requires-policy", "bgp bestpath as-path multipath-relax", "maximum-paths 64"])
      expect(text).toContain(line);
    expect(text).toContain("neighbor 10.0.0.1 timers 30 90");
    expect(text).not.toContain("passive");
  });
});
