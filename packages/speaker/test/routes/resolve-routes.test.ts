import { formatPrefix } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { resolvePath, resolvePrefix, resolveRoutes } from "../../src/routes/resolve-routes.ts";

describe("routes as users write them", () => {
  test("share one set of attributes where they were given one object", () => {
    const attributes = { med: 5 };
    const [first, second, third] = resolveRoutes([
      { prefix: "192.0.2.1", attributes },
      { prefix: "2001:db8::1", attributes },
      { prefix: "192.0.2.0/24" },
    ]);
    expect(first?.attributes).toBe(second?.attributes);
    expect(third?.attributes.key).not.toBe(first?.attributes.key);
    expect([first, second, third].map((route) => formatPrefix(route!.prefix))).toEqual([
      "192.0.2.1/32",
      "2001:db8::1/128",
      "192.0.2.0/24",
    ]);
  });

  test("name the route in what is wrong with it", () => {
    expect(() => resolveRoutes([{ prefix: "192.0.2.1", attributes: { med: -1 } }])).toThrow(/^route 192\.0\.2\.1: med/);
    expect(() => resolveRoutes([{ prefix: "192.0.2.1/24" }])).toThrow(/is not a prefix/);
    expect(() => resolveRoutes([{ prefix: "192.0.2.1", pathId: 4294967296 }])).toThrow(/pathId is 4294967296/);
  });
});

test("a path is its prefix alone, or with its path id", () => {
  expect(resolvePath("192.0.2.1")).toEqual(resolvePrefix("192.0.2.1/32"));
  expect(resolvePath("192.0.2.1").pathId).toBe(-1);
  expect(resolvePath({ prefix: "192.0.2.1", pathId: 0 }).pathId).toBe(0);
});
