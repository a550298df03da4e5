import { decodeMessage, defaultCodecContext, parsePrefix } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import type { Place } from "../../../src/decode/finding.ts";
import { bodyFits, type Filter, mayFit } from "../../../src/decode/output/filter.ts";
import { bodyOf, type Shown } from "../../../src/decode/output/object.ts";
import { attributes, keepalive, nlri113, octets, update } from "../support/build.ts";

function found(bytes: Uint8Array, place: Place = {}): Shown {
  return { kind: "message", place, message: decodeMessage(bytes, 0, bytes.length, defaultCodecContext) };
}

function fits(filter: Partial<Filter>, finding: Shown): boolean {
  const whole = { prefixes: [], peerAs: [], types: [], ...filter };
  return mayFit(whole, finding) && bodyFits(whole, bodyOf(finding));
}

const announce = found(update({ attributes: attributes([65001]), nlri: nlri113 }));
const within = (...prefixes: readonly string[]): Partial<Filter> => ({
  prefixes: prefixes.map((text) => parsePrefix(text)!),
});

describe("a filter", () => {
  test("without anything in it lets everything through", () => {
    expect(fits({}, found(keepalive))).toBe(true);
  });

  test.each([
    ["203.0.113.0/24", true],
    ["203.0.112.0/23", true],
    ["203.0.96.0/19", true],
    ["0.0.0.0/0", true],
    ["203.0.113.0/25", false],
    ["203.0.114.0/23", false],
    ["203.0.128.0/17", false],
    ["::/0", false],
  ])("for %s lets 203.0.113.0/24 through: %j", (prefix, result) => {
    expect(fits(within(prefix), announce)).toBe(result);
    expect(fits(within(prefix, "198.51.100.0/24"), announce)).toBe(result);
  });

  test("for a prefix finds withdrawals and routes of other fields", () => {
    expect(fits(within("192.0.0.0/15"), found(update({ withdrawn: "10c000" })))).toBe(true);
    const reach = octets(
      "40010100",
      "40020602010000fde9",
      `800e1c000201 10 20010db8${"00".repeat(11)}01 00 3020010db80001`,
    );
    expect(fits(within("2001:db8::/32"), found(update({ attributes: reach })))).toBe(true);
    expect(fits(within("2001:db8::/32"), found(update({ attributes: "800f0a000201 3020010db80001" })))).toBe(true);
    expect(fits(within("2001:db9::/32"), found(update({ attributes: reach })))).toBe(false);
    expect(fits(within("0.0.0.0/0"), found(keepalive))).toBe(false);
  });

  test("for a peer's AS lets through what is known to be from it", () => {
    expect(fits({ peerAs: [65001] }, found(keepalive, { peerAs: 65001 }))).toBe(true);
    expect(fits({ peerAs: [1, 65001] }, found(keepalive, { peerAs: 65001 }))).toBe(true);
    expect(fits({ peerAs: [65002] }, found(keepalive, { peerAs: 65001 }))).toBe(false);
    expect(fits({ peerAs: [65001] }, found(keepalive))).toBe(false);
    // What a collector recorded of its own: it is the sender.
    const own = found(keepalive, { peerAs: 65001, localAs: 65002, sent: true });
    expect([fits({ peerAs: [65001] }, own), fits({ peerAs: [65002] }, own)]).toEqual([false, true]);
  });

  test("for types lets those through, and all conditions count together", () => {
    expect(fits({ types: ["keepalive", "open"] }, found(keepalive))).toBe(true);
    expect(fits({ types: ["update"] }, found(keepalive))).toBe(false);
    expect(fits({ types: ["malformed"] }, found(keepalive.subarray(1)))).toBe(true);
    const change: Shown = { kind: "state-change", place: { peerAs: 1 }, oldState: "idle", newState: "active" };
    expect(fits({ types: ["state-change"], peerAs: [1] }, change)).toBe(true);
    expect(fits({ types: ["state-change"], peerAs: [2] }, change)).toBe(false);
    expect(fits({ ...within("0.0.0.0/0"), types: ["update"] }, announce)).toBe(true);
  });
});
