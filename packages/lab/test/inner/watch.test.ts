import { describe, expect, it } from "vitest";
import { parseAddressLine } from "../../src/inner/watch.ts";

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
