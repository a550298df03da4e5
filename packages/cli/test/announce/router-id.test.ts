import { describe, expect, test } from "vitest";
import { chooseRouterId } from "../../src/announce/router-id.ts";

const choose = (
  addresses: readonly (string | { address: string; ours: boolean })[],
  more: { vips?: readonly string[]; persisted?: string; hostIdentity?: string } = {},
) =>
  chooseRouterId({
    addresses: addresses.map((address) => (typeof address === "string" ? { address, ours: false } : address)),
    vips: new Set(more.vips ?? []),
    persisted: more.persisted ?? null,
    hostIdentity: more.hostIdentity ?? "host-a",
  });

describe("the automatic router id", () => {
  test("is the lowest IPv4 address by number, not by text", () => {
    expect(choose(["127.0.0.1", "10.0.0.20", "10.0.0.3", "2001:db8::1"]).routerId).toBe("10.0.0.3");
  });

  test("is never a virtual IP, nor one left over from an earlier run", () => {
    expect(choose(["10.0.0.9", "10.0.0.1", { address: "10.0.0.2", ours: true }], { vips: ["10.0.0.1"] }).routerId).toBe(
      "10.0.0.9",
    );
  });

  test("stays what it was, even when a lower address came", () => {
    expect(choose(["10.0.0.1"], { persisted: "10.0.0.7" }).routerId).toBe("10.0.0.7");
  });

  test("is chosen anew when what it was has become a virtual IP", () => {
    expect(choose(["10.0.0.8"], { persisted: "10.0.0.7", vips: ["10.0.0.7"] }).routerId).toBe("10.0.0.8");
  });

  test("is derived from an IPv6 address where there is no IPv4 address, the same every time and different on another host", () => {
    const first = choose(["127.0.0.1", "::1", "fe80::1", "2001:db8::1"]);
    expect(first.routerId).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(first.origin).toContain("2001:db8::1");
    expect(choose(["2001:db8::1", "fe80::1"]).routerId).toBe(first.routerId);
    expect(choose(["2001:db8::2"]).routerId).not.toBe(first.routerId);
  });

  test("is derived from the host's name where there is no address at all", () => {
    expect(choose(["127.0.0.1", "::1"]).routerId).not.toBe(choose([], { hostIdentity: "host-b" }).routerId);
  });
});
