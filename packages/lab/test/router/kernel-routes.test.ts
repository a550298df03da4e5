import { describe, expect, it } from "vitest";
import { parseKernelRoutes, parseKernelTable } from "../../src/router/kernel-routes.ts";

describe("parseKernelRoutes", () => {
  it("reads one next hop", () => {
    expect(parseKernelRoutes('[{"dst":"192.0.2.10","gateway":"10.0.0.1","dev":"lan","protocol":"bird"}]')).toEqual([
      { via: "10.0.0.1", device: "lan", weight: 1 },
    ]);
  });

  it("reads several next hops with their weights, sorted by address", () => {
    const text = `[{"dst":"192.0.2.10","nexthops":[
      {"gateway":"10.0.0.3","dev":"lan","weight":2,"flags":[]},{"gateway":"10.0.0.1","dev":"lan","weight":1,"flags":[]}]}]`;
    expect(parseKernelRoutes(text)).toEqual([
      { via: "10.0.0.1", device: "lan", weight: 1 },
      { via: "10.0.0.3", device: "lan", weight: 2 },
    ]);
  });

  it("joins IPv6 routes that older programs print one by one, and reads a next hop of another family", () => {
    const text = `[{"dst":"2001:db8::10","gateway":"fd00::1","dev":"lan"},{"dst":"2001:db8::10","via":{"family":"inet6","host":"fd00::2"},"dev":"lan"}]`;
    expect(parseKernelRoutes(text).map((hop) => hop.via)).toEqual(["fd00::1", "fd00::2"]);
  });

  it.each(["", "[]", "[ ]", "Error: no route"])("finds none in %j", (text) => {
    expect(parseKernelRoutes(text)).toEqual([]);
  });
});

describe("parseKernelTable", () => {
  it("reads the next hops of every destination", () => {
    const text = `[{"dst":"default","gateway":"10.0.0.254","dev":"eth0"},{"dst":"10.0.0.0/24","dev":"eth0"},
      {"dst":"192.0.2.10","nexthops":[{"gateway":"10.0.0.2","dev":"lan","weight":1},{"gateway":"10.0.0.1","dev":"lan","weight":1}]},
      {"dst":"2001:db8::10","gateway":"fd00::1","dev":"lan"},{"dst":"2001:db8::10","gateway":"fd00::2","dev":"lan"}]`;
    const table = parseKernelTable(text);
    const via = (destination: string): readonly string[] => (table.get(destination) ?? []).map((hop) => hop.via);
    expect([...table.keys()]).toEqual(["default", "10.0.0.0/24", "192.0.2.10", "2001:db8::10"]);
    expect(via("192.0.2.10")).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(via("2001:db8::10")).toEqual(["fd00::1", "fd00::2"]);
    expect(via("10.0.0.0/24")).toEqual([]);
  });

  it("has no destination in what is not JSON", () => {
    expect(parseKernelTable("Error: no route").size).toBe(0);
  });
});
