import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareLargeCommunities,
  formatCommunity,
  parseCommunity,
  parseLargeCommunity,
} from "../../src/intent/communities.ts";

describe("communities", () => {
  it.each([
    ["65000:100", 0xfde80064],
    ["0:0", 0],
    ["65535:65535", 0xffffffff],
    ["no-export", 0xffffff01],
    ["NO-ADVERTISE", 0xffffff02],
    ["graceful-shutdown", 0xffff0000],
    ["blackhole", 0xffff029a],
  ])("parses %s", (text, value) => {
    expect(parseCommunity(text)).toEqual({ ok: true, value });
  });

  it.each(["", "65000", "65000:", ":1", "1:2:3", "-1:2", "a:b", "no-exporting", "1 :2", "0x1:2"])(
    "refuses %j and says what to write",
    (text) => {
      expect(parseCommunity(text)).toMatchObject({ ok: false, message: expect.stringContaining("65000:100") });
    },
  );

  it.each(["65536:1", "1:65536", "4294967296:1"])("refuses %s as out of range and names large communities", (text) => {
    expect(parseCommunity(text)).toMatchObject({ ok: false, message: expect.stringContaining("large community") });
  });

  it("formats what it parses, with names for the well-known", () => {
    expect(formatCommunity(0xffffff01)).toBe("no-export");
    fc.assert(
      fc.property(fc.nat(0xffffffff), (value) => {
        expect(parseCommunity(formatCommunity(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it("parses large communities into normal form", () => {
    expect(parseLargeCommunity("4294967295:0:7")).toEqual({ ok: true, value: "4294967295:0:7" });
    expect(parseLargeCommunity("1:0:007")).toMatchObject({
      ok: false,
      message: expect.stringContaining("leading zeros"),
    });
    expect(parseLargeCommunity("4294967296:0:0")).toMatchObject({
      ok: false,
      message: expect.stringContaining("0..4294967295"),
    });
    expect(parseLargeCommunity("1:2")).toMatchObject({ ok: false, message: expect.stringContaining("three numbers") });
  });

  it("orders large communities by their numbers", () => {
    expect(["10:0:0", "9:9:9", "9:10:1", "9:10:1"].sort(compareLargeCommunities)).toEqual([
      "9:9:9",
      "9:10:1",
      "9:10:1",
      "10:0:0",
    ]);
  });
});
