import { describe, expect, it } from "vitest";
import { type ComparedNode, compareNodes } from "../../src/ecmp/compare-nodes.ts";
import type { VipInput } from "../../src/intent/desired-vip.ts";
import { vip } from "../fakes/world.ts";

const V = "192.0.2.10/32";
type Options = Omit<VipInput, "prefix">;

/** A node with one VIP; the routers are AS 65000. */
function node(name: string, options: Options = {}, asn = 65001, peers = [65000]): ComparedNode {
  return { name, asn, peers: peers.map((peer) => ({ asn: peer })), vips: [vip(V, options)] };
}

/** Two or more nodes that differ in nothing but the options of their VIP. */
function messages(...options: Options[]): string[] {
  return compareNodes(options.map((one, at) => node("abc"[at]!, one))).map(
    ({ level, message }) => `${level}: ${message}`,
  );
}

/** The same inside the routers' AS. */
function insideMessages(...options: Options[]): string[] {
  return compareNodes(options.map((one, at) => node("abc"[at]!, one, 65000))).map(({ message }) => message);
}

describe("compareNodes", () => {
  it("finds nothing where routers cannot tell nodes apart", () => {
    expect(messages()).toEqual([]);
    expect(messages({ med: 5 })).toEqual([]);
    expect(
      messages(
        { med: 5, nextHop: "10.0.0.1", communities: ["65000:1"], drainMs: 5, ecmp: { failbackMs: 9 }, weight: 1e9 },
        { med: 5, nextHop: "10.0.0.2", largeCommunities: ["65000:0:2"], weight: 2e9 },
      ),
    ).toEqual([]);
    expect(messages({ localPref: 5 }, { localPref: 6 })).toEqual([]); // Not sent to external peers.
  });

  it("says in whose favour routers decide, and what to write instead", () => {
    expect(messages({ med: 5 }, {})).toEqual([
      `warning: ${V}: a announces MED 5, b none: routers will use b alone; write the same med on both`,
    ]);
    expect(messages({}, { prepend: 2 }, {})).toEqual([
      `warning: ${V}: a and c announce AS_PATH length 1, b 3: routers will use a and c only; write the same prepend on all`,
    ]);
    expect(messages({ med: 1 }, { prepend: 1 })).toEqual([
      `warning: ${V}: a announces AS_PATH length 1, b 2; a announces MED 1, b none: routers will use a alone; write the same prepend and med on both`,
    ]);
    expect(insideMessages({ localPref: 200, prepend: 3 }, { localPref: 150 })).toEqual([
      `${V}: a announces LOCAL_PREF 200, b 150: routers will use a alone; write the same localPref on both`,
    ]);
  });

  it("does not claim a decision that depends on the router", () => {
    expect(messages({}, { med: 0 })).toEqual([
      `warning: ${V}: a announces no MED, b 0: routers that take an absent MED for the worst will not use both; write the same med on both`,
    ]);
    const [asn, med] = compareNodes([node("a", { med: 5 }), node("b", { med: 6 }, 65002)]);
    expect(asn?.kind).toBe("asn");
    expect(med?.message).toBe(
      `${V}: a announces MED 5, b 6: routers that compare MED between different ASes will not use both; write the same med on both`,
    );
  });

  it("takes a declared preference for what it is", () => {
    expect(messages({}, { ecmp: { role: "standby" } }, {})).toEqual([
      `note: ${V}: as declared, a and c preference 10, b standby: routers will use a and c only as long as they announce it`,
    ]);
    expect(messages({ ecmp: { preference: 4 } }, { ecmp: { preference: 6 } })).toEqual([
      `note: ${V}: as declared, a preference 4, b preference 6: routers will use b alone as long as it announces it`,
    ]);
  });

  it("warns of attributes that outdo a declared preference", () => {
    expect(messages({ prepend: 12 }, { ecmp: { preference: 8 } })).toEqual([
      `warning: ${V}: a announces AS_PATH length 13, b 1: routers will use b alone, whatever preference they declare; write the same prepend on both`,
    ]);
    expect(messages({ prepend: 1, med: 100 }, { ecmp: { preference: 9 } })).toEqual([
      `warning: ${V}: a announces AS_PATH length 2, b 1; a announces MED 100, b none: routers will use both alike, whatever preference they declare; write the same prepend and med on both`,
    ]);
    expect(messages({ prepend: 1 }, { ecmp: { role: "standby" } })).toEqual([
      `warning: ${V}: a announces AS_PATH length 2, b 1: routers will use a alone; write the same prepend on both`,
      `note: ${V}: as declared, a preference 10, b standby: routers will use a alone as long as it announces it`,
    ]);
  });

  it("wants weights on all nodes or none", () => {
    expect(messages({ weight: 10e9 }, {})).toEqual([
      `warning: ${V}: a announces weight 10G, b none: FRR drops every weight when one path has none; write weight on both, or on none`,
    ]);
  });

  it("says which virtual IPs not every node announces", () => {
    const two = { ...node("b"), vips: [vip(V), vip("2001:db8::1")] };
    expect(compareNodes([node("a"), two, node("c")])).toEqual([
      {
        level: "warning",
        kind: "missing",
        vip: "2001:db8::1/128",
        nodes: ["a", "b", "c"],
        message:
          "2001:db8::1/128: b announces it, a and c do not: routers will use b alone; add it to a and c if all are to serve it",
      },
    ]);
  });

  it("knows what an AS per node asks of the router", () => {
    expect(compareNodes([node("a"), node("b", {}, 65002)])).toEqual([
      {
        level: "note",
        kind: "asn",
        vip: null,
        nodes: ["a", "b"],
        message:
          "a is in AS 65001, b in AS 65002: their AS_PATHs have one length and other contents, which routers form ECMP over only when told to; " +
          "FRR needs bgp bestpath as-path multipath-relax, BIRD merge paths on",
      },
    ]);
    const apart = { ...node("b", {}, 65002), vips: [vip("192.0.2.11")] };
    expect(compareNodes([node("a"), apart]).map(({ kind }) => kind)).toEqual(["missing", "missing"]);
  });

  it("warns of nodes inside and outside the routers' AS", () => {
    const [session, ...rest] = compareNodes([node("a", {}, 65000), node("b", { med: 7 })]);
    expect(rest).toEqual([]);
    expect(session?.message).toBe(
      "a is inside the routers' AS 65000, b outside: the AS_PATH from inside is shorter, and routers will use a alone unless LOCAL_PREF decides otherwise; " +
        "put all nodes inside, or all outside",
    );
  });

  it("tells external from internal peers where nodes have both", () => {
    const both = (name: string, options: Options): ComparedNode => node(name, options, 65001, [65000, 65001]);
    expect(
      compareNodes([both("a", { prepend: 1 }), both("b", { localPref: 90 })]).map(({ message }) => message),
    ).toEqual([
      `${V} towards external peers: a announces AS_PATH length 2, b 1: routers will use b alone; write the same prepend on both`,
      `${V} towards internal peers of AS 65001: a announces LOCAL_PREF 100, b 90: routers will use a alone; write the same localPref on both`,
    ]);
  });
});
