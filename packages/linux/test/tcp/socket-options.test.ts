import { describe, expect, it } from "vitest";
import { baseOptions, minimumTtlOptions } from "../../src/tcp/socket-options.ts";
import { toHex } from "../support/hex.ts";

const short = (options: ReturnType<typeof baseOptions>): (string | number)[][] =>
  options.map(({ level, name, value }) => [level, name, toHex(value)]);

describe("socket options", () => {
  it("send with TTL 255 under GTSM and filter by the hops allowed (RFC 5082)", () => {
    expect(short(baseOptions({ ttlSecurityHops: 1 }, ["ipv4"]))).toEqual([[0, 2, "ff000000"]]);
    expect(short(baseOptions({ ttlSecurityHops: 3 }, ["ipv6"]))).toEqual([[41, 16, "ff000000"]]);
    expect(short(minimumTtlOptions(1, ["ipv4"]))).toEqual([[0, 21, "ff000000"]]);
    expect(short(minimumTtlOptions(3, ["ipv6"]))).toEqual([[41, 73, "fd000000"]]);
    expect(short(minimumTtlOptions(254, ["ipv4"]))).toEqual([[0, 21, "02000000"]]);
  });

  it("cover both families where a socket carries both", () => {
    expect(short(baseOptions({ trafficClass: 0xc0, ttl: 5 }, ["ipv6", "ipv4"]))).toEqual([
      [41, 16, "05000000"],
      [0, 2, "05000000"],
      [41, 67, "c0000000"],
      [0, 1, "c0000000"],
    ]);
  });

  it("name a device with its final zero, and time out in milliseconds", () => {
    expect(short(baseOptions({ device: "eth0", userTimeoutMs: 9000 }, ["ipv4"]))).toEqual([
      [1, 25, "6574683000"],
      [6, 18, "28230000"],
    ]);
  });

  it("are refused out of range, with the range", () => {
    const refused: [Parameters<typeof baseOptions>[0], string][] = [
      [{ ttl: 0 }, "from 1 to 255"],
      [{ ttl: 256 }, "from 1 to 255"],
      [{ ttl: 64, ttlSecurityHops: 1 }, "exclude each other"],
      [{ trafficClass: 256 }, "from 0 to 255"],
      [{ userTimeoutMs: -1 }, "from 0 to"],
      [{ userTimeoutMs: 0.5 }, "whole number"],
      [{ device: "" }, "not an interface name"],
      [{ device: "sixteen-letters!" }, "not an interface name"],
    ];
    for (const [options, words] of refused) expect(() => baseOptions(options, ["ipv4"])).toThrow(words);
    expect(() => minimumTtlOptions(0, ["ipv4"])).toThrow("from 1 to 254");
    expect(() => minimumTtlOptions(255, ["ipv4"])).toThrow("from 1 to 254");
  });
});
