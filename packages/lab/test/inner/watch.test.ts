import { describe, expect, it } from "vitest";
import { gapFinder, parseAddressLine, parseRouteLine, type RouteGap } from "../../src/inner/watch.ts";

describe("parseAddressLine", () => {
  it("reads an address that came", () => {
    const line = "1: lo    inet 192.0.2.10/32 scope host lo\\       valid_lft forever preferred_lft forever";
    expect(parseAddressLine(line)).toEqual({ address: "192.0.2.10", bound: true });
  });

  it("reads an address that went", () => {
    const line = "Deleted 1: lo    inet6 2001:db8::10/128 scope global deprecated \\       valid_lft forever";
    expect(parseAddressLine(line)).toEqual({ address: "2001:db8::10", bound: false });
  });

  it("answers null for anything else", () => {
    expect(parseAddressLine("2: eth0    link/ether 02:00:00:00:00:01")).toBeNull();
  });
});

describe("parseRouteLine", () => {
  it("reads a route that came and one that went", () => {
    expect(parseRouteLine("192.0.2.10 nhid 29 via 10.0.0.2 dev lan proto bgp metric 20 ")).toEqual({
      destination: "192.0.2.10",
      gone: false,
    });
    const gone =
      "Deleted 2001:db8::10 nhid 33 proto bgp metric 20 pref medium\\\tnexthop via fd00::1 dev lan weight 1 ";
    expect(parseRouteLine(gone)).toEqual({ destination: "2001:db8::10", gone: true });
  });

  it("answers null for nexthop objects and other tables' kinds", () => {
    expect(parseRouteLine("id 34 via fd00::2 dev lan scope link proto zebra")).toBeNull();
    expect(parseRouteLine("local 2001:db8::10 dev lo table local proto kernel")).toBeNull();
  });
});

describe("gapFinder", () => {
  const vips = ["192.0.2.10/32", "2001:db8::10/128"];
  const find = (...lines: readonly (readonly [at: number, line: string])[]): readonly RouteGap[] => {
    const gaps: RouteGap[] = [];
    const take = gapFinder(vips, 50, (gap) => gaps.push(gap));
    for (const [at, line] of lines) take(line, at);
    return gaps;
  };

  it("reports a route that was replaced by removing it first", () => {
    const lines = [
      [100, "Deleted 2001:db8::10 proto bgp metric 20"],
      [100.5, "2001:db8::10 via fd00::2 dev lan"],
    ] as const;
    expect(find(...lines)).toEqual([{ kind: "gap", vip: "2001:db8::10/128", from: 100, to: 100.5 }]);
  });

  it("reports neither a replacement in one step, nor a withdrawal, nor another destination", () => {
    expect(find([100, "192.0.2.10 via 10.0.0.2 dev lan"], [200, "192.0.2.10 via 10.0.0.1 dev lan"])).toEqual([]);
    expect(find([100, "Deleted 192.0.2.10 via 10.0.0.2 dev lan"], [900, "192.0.2.10 via 10.0.0.1 dev lan"])).toEqual(
      [],
    );
    expect(find([100, "Deleted 192.0.2.11 via 10.0.0.2 dev lan"], [101, "192.0.2.11 via 10.0.0.1 dev lan"])).toEqual(
      [],
    );
  });
});
