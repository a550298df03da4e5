import { describe, expect, it } from "vitest";
import { formatCommunity } from "../../src/codec/attributes/community-text.ts";
import { GRACEFUL_SHUTDOWN, WELL_KNOWN_COMMUNITIES } from "../../src/iana/well-known-communities.ts";

describe("the well-known communities", () => {
  it.each([
    // RFC 1997, RFC 3765 §2, RFC 7999 §3.2, RFC 8326 §4.1, RFC 9494 §4.6.
    ["no-export", "65535:65281"],
    ["no-advertise", "65535:65282"],
    ["no-export-subconfed", "65535:65283"],
    ["no-peer", "65535:65284"],
    ["blackhole", "65535:666"],
    ["graceful-shutdown", "65535:0"],
    ["llgr-stale", "65535:6"],
    ["no-llgr", "65535:7"],
  ])("%s is %s", (name, text) => {
    expect(formatCommunity(WELL_KNOWN_COMMUNITIES.get(name) ?? 0)).toBe(text);
  });

  it("have GRACEFUL_SHUTDOWN among them", () => {
    expect(WELL_KNOWN_COMMUNITIES.get("graceful-shutdown")).toBe(GRACEFUL_SHUTDOWN);
  });
});
