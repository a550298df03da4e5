import { describe, expect, test } from "vitest";
import { encodeExtendedCommunity } from "../../src/codec/attributes/extended-community.ts";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { pathShares } from "../../src/rib/path-shares.ts";
import { attributes } from "./routes.ts";

function path(bytesPerSecond?: number): AttributeValues {
  if (bytesPerSecond === undefined) return attributes();
  const community = { kind: "link-bandwidth", transitive: true, asn: 65001, bytesPerSecond } as const;
  return attributes({ extendedCommunities: [encodeExtendedCommunity(community)] });
}

describe("the shares of several paths", () => {
  test("are as their bandwidths", () => {
    expect(pathShares([path(1e9), path(2e9), path(4e9)])).toEqual([14, 29, 57]);
  });

  test("are equal where one path has no bandwidth, or none has any", () => {
    expect(pathShares([path(1e9), path()])).toEqual([1, 1]);
    expect(pathShares([path(0), path(0)])).toEqual([1, 1]);
    expect(pathShares([])).toEqual([]);
  });

  test("are never nothing", () => {
    expect(pathShares([path(1), path(1e9)])).toEqual([1, 100]);
  });
});
