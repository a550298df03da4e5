import { expect, test } from "vitest";
import { Family } from "../../src/iana/afi-safi.ts";
import type { Exported } from "../../src/rib/adj-rib-out-entry.ts";
import { OutgoingBatches } from "../../src/rib/outgoing-batches.ts";
import { attributes, v4, v6 } from "./routes.ts";

function exported(key: string): Exported {
  return { key, attributes: attributes(), groups: 1 };
}

test("routes of one family with one attribute set share a batch, in the order in which the first of each came", () => {
  const out = new OutgoingBatches([]);
  const [one, other] = [exported("one"), exported("other")];
  const family = Family.Ipv4Unicast;
  out.withdraw(v4("192.0.2.9"));
  expect(out.costOf(family, one)).toBe(16);
  out.announcements(family, one).nlri.push(v4("192.0.2.1"));
  out.announcements(family, other).nlri.push(v4("192.0.2.2"));
  expect([out.costOf(family, one), out.costOf(Family.Ipv6Unicast, one)]).toEqual([0, 16]);
  out.announcements(Family.Ipv6Unicast, one).nlri.push(v6(1));
  out.announcements(family, one).nlri.push(v4("192.0.2.3"));
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
  expect(out.announcements(Family.Ipv4Unicast, set).withPathIds).toBe(true);
  expect(out.announcements(Family.Ipv6Unicast, set).withPathIds).toBe(false);
  out.withdraw(v4("192.0.2.2"));
  out.withdraw({ ...v6(1), pathId: 7 });
  const withdrawn = out.batches.filter(({ attributes: none }) => none === null);
  expect(withdrawn.map(({ nlri }) => nlri.map(({ pathId }) => pathId))).toEqual([[1], [-1]]);
});
