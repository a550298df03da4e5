import { describe, expect, test } from "vitest";
import { SpeakerError } from "../../src/errors.ts";
import { resolveAttributes } from "../../src/routes/resolve-attributes.ts";
import type { RouteAttributes } from "../../src/routes/route.ts";

test("nothing asked for means IGP origin, own AS once, next hop self, no more", () => {
  expect(resolveAttributes({})).toMatchObject({
    origin: 0,
    prepend: 0,
    asPath: [],
    nextHop: null,
    med: null,
    localPref: null,
    communities: [],
    largeCommunities: [],
    extendedCommunities: [],
  });
});

test("communities may be numbers, pairs or well-known names, each counted once", () => {
  const { communities, largeCommunities, extendedCommunities } = resolveAttributes({
    communities: ["65000:100", 4259840100, "no-export", "65535:0"],
    largeCommunities: ["65000:1:2", "65000:1:2"],
    extendedCommunities: ["4004FDE84CEE6B28"],
  });
  expect(communities).toEqual([4259840100, 0xffffff01, 0xffff0000]);
  expect(largeCommunities).toEqual([[65000, 1, 2]]);
  expect(extendedCommunities).toEqual([Uint8Array.of(0x40, 0x04, 0xfd, 0xe8, 0x4c, 0xee, 0x6b, 0x28)]);
});

test("sets that mean the same have the same key, others have not", () => {
  const key = (attributes: RouteAttributes): string => resolveAttributes(attributes).key;
  expect(key({ communities: ["65000:100"], origin: "igp" })).toBe(key({ communities: [4259840100] }));
  expect(key({ nextHop: "2001:db8:0::1" })).toBe(key({ nextHop: "2001:DB8::1" }));
  const different: RouteAttributes[] = [
    {},
    { med: 0 },
    { localPref: 0 },
    { prepend: 1 },
    { asPath: [1] },
    { origin: "egp" },
  ];
  expect(new Set(different.map(key)).size).toBe(different.length);
});

describe("what is out of range is refused in words", () => {
  const bad: readonly (readonly [string, RouteAttributes, RegExp])[] = [
    ["an unknown origin", { origin: "bgp" as "igp" }, /origin "bgp" is not one of igp, egp, incomplete/],
    ["a negative MED", { med: -1 }, /med is -1; it must be a whole number of 0..4294967295/],
    ["a fractional LOCAL_PREF", { localPref: 1.5 }, /localPref is 1.5/],
    ["too much prepending", { prepend: 256 }, /prepend is 256; it must be a whole number of 0..255/],
    ["AS 0", { asPath: [0] }, /an AS number of asPath is 0/],
    [
      "a next hop that is no address",
      { nextHop: "router" },
      /nextHop "router" is neither "self" nor a unicast address/,
    ],
    ["a multicast next hop", { nextHop: "224.0.0.1" }, /neither "self" nor a unicast address/],
    ["half a community", { communities: ["65000"] }, /community "65000" is neither/],
    ["a community part over 65535", { communities: ["70000:1"] }, /community "70000:1"/],
    ["a large community of two parts", { largeCommunities: ["1:2"] }, /large community "1:2" is not "A:B:C"/],
    [
      "a short extended community",
      { extendedCommunities: ["40"] },
      /extended community "40" is not 16 hexadecimal digits/,
    ],
    [
      "more than fits in a message",
      { communities: Array.from({ length: 900 }, (_, index) => index) },
      /take 3600 octets together; at most 3500 fit/,
    ],
  ];
  test.each(bad)("%s", (_name, attributes, message) => {
    const act = (): unknown => resolveAttributes(attributes);
    expect(act).toThrow(message);
    expect(act).toThrow(SpeakerError);
  });
});
