import { Family } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { redacted } from "../../src/control/views/config.ts";
import { receivedRoute, sentRoute } from "../../src/control/views/route.ts";
import { VipCounts } from "../../src/control/views/status.ts";
import { sortedPrefixes, unsentReason } from "../../src/control/views/vip.ts";
import { unhealthy } from "../ask/fixtures.ts";

describe("redacted", () => {
  test("leaves no secret, and everything else", () => {
    const shown = redacted({
      headers: { authorization: "Bearer hunter2", "x-key": "hunter2" },
      check: { all: [{ probe: { env: { PASSWORD: "hunter2" }, url: "https://h/path?token=hunter2#x" } }] },
      weights: new Map([["192.0.2.10/32", { name: "http://h/?k=hunter2" }]]),
      drainMs: 5,
      file: "/etc/peer.key",
    });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
    expect(shown).toEqual({
      headers: { authorization: "***", "x-key": "***" },
      check: { all: [{ probe: { env: { PASSWORD: "***" }, url: "https://h/path?***" } }] },
      weights: { "192.0.2.10/32": { name: "http://h/?***" } },
      drainMs: 5,
      file: "/etc/peer.key",
    });
  });
});

describe("a virtual IP that is ready", () => {
  const [peer] = unhealthy().peers;
  const ready = (established: boolean, announced: boolean, why: string) =>
    ({
      ...unhealthy({ state: "announced", announced: true, healthy: true, health: "healthy" }),
      peers: [
        { ...peer!, established: false, announced: false, why: "the session is Active" },
        { ...peer!, peer: "10.0.1.254", established, announced, why },
      ],
    }) as Parameters<VipCounts["add"]>[0];

  test("counts as sent once a peer has it", () => {
    const counts = new VipCounts();
    counts.add(ready(true, true, "the route was sent on this session"));
    counts.add(ready(false, false, "the session is Idle"));
    expect(counts).toMatchObject({ announced: 2, sent: 1 });
    // That no session is up is said once, of the session.
    expect(counts.sentences()).toEqual([]);
  });

  test("is a problem where a session is up and the peer does not get it", () => {
    const counts = new VipCounts();
    counts.add(ready(true, false, "this peer cannot be given the route: no next hop"));
    expect(counts.sentences()).toEqual([
      "192.0.2.10/32 is announced to no peer: 10.0.1.254: this peer cannot be given the route: no next hop.",
    ]);
  });

  test("says why nobody has it, and nothing where somebody has", () => {
    expect(unsentReason(ready(false, false, "the session is Idle"))).toBe("10.0.0.254: the session is Active");
    expect(unsentReason(ready(true, true, ""))).toBeNull();
    expect(unsentReason({ announced: true, peers: [] })).toBe("there is no peer to send it to");
    expect(unsentReason({ announced: false, peers: [] })).toBeNull();
  });
});

test("prefixes come in the order of addresses, IPv4 first", () => {
  const prefixes = ["2001:db8::1/128", "192.0.2.100/32", "192.0.2.9/32", "10.0.0.1/32"];
  expect(sortedPrefixes({ prefixes: () => prefixes })).toEqual([
    "10.0.0.1/32",
    "192.0.2.9/32",
    "192.0.2.100/32",
    "2001:db8::1/128",
  ]);
});

describe("routes", () => {
  test("sent ones have our AS as often as it is prepended, towards other ASes", () => {
    const explained = {
      peer: "10.0.0.254",
      asn: 65000,
      established: true,
      announced: true,
      why: "",
      attributes: { origin: "igp", nextHop: "self", prepend: 2, communities: [4259840100, 0xffffff01] },
      fingerprint: "f1",
    } as const;
    const session = { internal: false, localAs: 65001, addPath: ["ipv4-unicast"] };
    expect(sentRoute("192.0.2.10/32", explained, session)).toEqual({
      peer: "10.0.0.254",
      direction: "sent",
      prefix: "192.0.2.10/32",
      family: "ipv4-unicast",
      pathId: 1,
      nextHop: "self",
      origin: "igp",
      asPath: "65001 65001 65001",
      med: null,
      localPref: null,
      communities: ["65000:100", "no-export"],
      largeCommunities: [],
      extendedCommunities: [],
      fingerprint: "f1",
    });
    expect(sentRoute("2001:db8::1/128", explained, { ...session, internal: true })).toMatchObject({
      asPath: "",
      pathId: null,
      family: "ipv6-unicast",
    });
  });

  test("received ones are shown as they came", () => {
    const global = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const local = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const route = receivedRoute("10.0.0.254", {
      prefix: { family: Family.Ipv6Unicast, bytes: Uint8Array.of(0x20, 1, 0xd, 0xb8), lengthBits: 32, pathId: 7 },
      attributes: {
        origin: 2,
        asPath: [
          { type: 2, asns: [65000, 4200000000] },
          { type: 1, asns: [1, 2] },
          { type: 3, asns: [3] },
          { type: 4, asns: [4] },
        ],
        nextHop: Uint8Array.from([...global, ...local]),
        multiExitDisc: 5,
        localPref: 100,
        communities: [0xfde80064],
        largeCommunities: [[65000, 1, 2]],
        extendedCommunities: [Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 1)],
      },
    });
    expect(route).toEqual({
      peer: "10.0.0.254",
      direction: "received",
      prefix: "2001:db8::/32",
      family: "ipv6-unicast",
      pathId: 7,
      nextHop: "2001:db8::1 fe80::1",
      origin: "incomplete",
      asPath: "65000 4200000000 {1 2} (3) [4]",
      med: 5,
      localPref: 100,
      communities: ["65000:100"],
      largeCommunities: ["65000:1:2"],
      extendedCommunities: ["0002000000000001"],
    });
  });
});
