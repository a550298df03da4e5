import { expect, test } from "vitest";
import type { Prefix } from "../../src/codec/nlri/prefix.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { Entry, Exported } from "../../src/rib/adj-rib-out-entry.ts";
import { OutgoingBatches } from "../../src/rib/outgoing-batches.ts";
import { resting } from "../../src/rib/waiting-paths.ts";
import { attributes, v4, v6 } from "./routes.ts";

function exported(key: string): Exported {
  return { key, attributes: attributes(), groups: 1 };
}

function path(prefix: Prefix): Entry<never> {
  return { key: 0, prefix, desired: null, sent: null, generation: 0, destination: null, ...resting };
}

test("routes of one family with one attribute set share a batch, in the order in which the first of each came", () => {
  const out = new OutgoingBatches([]);
  const [one, other] = [exported("one"), exported("other")];
  const family = Family.Ipv4Unicast;
  out.withdraw(v4("192.0.2.9"));
  expect(out.costOf(family, one)).toBe(16);
  out.announce([path(v4("192.0.2.1"))], family, one);
  out.announce([path(v4("192.0.2.2"))], family, other);
  expect([out.costOf(family, one), out.costOf(Family.Ipv6Unicast, one)]).toEqual([0, 16]);
  out.announce([path(v6(1))], Family.Ipv6Unicast, one);
  out.announce([path(v4("192.0.2.3"))], family, one);
  out.withdraw(v4("192.0.2.8"));
  expect(out.batches).toEqual([
    { family, attributes: null, nlri: [v4("192.0.2.9"), v4("192.0.2.8")] },
    { family, attributes: one.attributes, nlri: [v4("192.0.2.1"), v4("192.0.2.3")] },
    { family, attributes: other.attributes, nlri: [v4("192.0.2.2")] },
    { family: Family.Ipv6Unicast, attributes: one.attributes, nlri: [v6(1)] },
  ]);
});

test("path identifiers are there exactly where the family carries them", () => {
  const out = new OutgoingBatches([Family.Ipv4Unicast]);
  const set = exported("set");
  out.announce([path(v4("192.0.2.1")), path(v4("192.0.2.1", 32, 7))], Family.Ipv4Unicast, set);
  out.announce([path({ ...v6(1), pathId: 7 }), path(v6(2))], Family.Ipv6Unicast, set);
  out.withdraw(v4("192.0.2.2"));
  expect(out.batches.map(({ nlri }) => nlri.map(({ pathId }) => pathId))).toEqual([[1, 7], [-1, -1], [1]]);
});
