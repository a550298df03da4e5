import { expect, test } from "vitest";
import { resolveGroup } from "../../src/peer/peer-group.ts";
import type { PeerGroup } from "../../src/peer-options.ts";

test("options come from the nearest that says them, and the group itself is gone", () => {
  const outer: PeerGroup = { asn: 65000, holdTime: 90, description: "site" };
  const inner: PeerGroup = { group: outer, holdTime: 30 };
  const peer = { address: "10.0.0.254", group: inner, description: "tor1" };
  expect(resolveGroup(peer)).toEqual({ address: "10.0.0.254", asn: 65000, holdTime: 30, description: "tor1" });
});

test("an option that is undefined is not said", () => {
  const written: Record<string, unknown> = { group: { asn: 65000, holdTime: 30 }, holdTime: undefined };
  expect(resolveGroup(written as PeerGroup)).toEqual({ asn: 65000, holdTime: 30 });
});

test("a way to choose the TTL that is near drops the other way inherited", () => {
  const group: PeerGroup = { ttlSecurity: 1 };
  expect(resolveGroup({ group, multihop: 3 })).toEqual({ multihop: 3 });
  expect(resolveGroup({ group: { multihop: 3 }, ttlSecurity: 2 })).toEqual({ ttlSecurity: 2 });
  expect(resolveGroup({ group })).toEqual({ ttlSecurity: 1 });
});

test("a peer that names both ways itself is left to the check of its options", () => {
  expect(resolveGroup({ multihop: 3, ttlSecurity: 2 })).toEqual({ multihop: 3, ttlSecurity: 2 });
});

test("a group that is its own ancestor is refused", () => {
  const group: { group?: PeerGroup } = {};
  group.group = group;
  expect(() => resolveGroup(group)).toThrow("group: a group of peers is its own ancestor");
});
