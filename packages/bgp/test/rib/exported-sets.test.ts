import { expect, test } from "vitest";
import { Family } from "../../src/iana/afi-safi.ts";
import { ExportedSets } from "../../src/rib/exported-sets.ts";
import type { ExportPolicy } from "../../src/rib/policy.ts";
import { attributes } from "./routes.ts";

interface Wanted {
  readonly key: string;
}

const family = Family.Ipv4Unicast;

/** A group with one route. */
function groupOf(sets: ExportedSets<Wanted>, key: string, of: Family = family): ReturnType<typeof sets.group> {
  const group = sets.group(of, { key });
  group.size++;
  return group;
}

test("each set and family is decided on once for a session, and what the policy makes equal is one object", () => {
  const sets = new ExportedSets<Wanted>();
  const groups = [groupOf(sets, "a"), groupOf(sets, "b"), groupOf(sets, "a", Family.Ipv6Unicast)];
  expect(sets.group(family, { key: "a" })).toBe(groups[0]);
  const asked: string[] = [];
  sets.up(({ key }, of) => {
    asked.push(`${key} ${of}`);
    return { attributes: attributes() };
  });
  expect(asked).toEqual([`a ${family}`, `b ${family}`, `a ${Family.Ipv6Unicast}`]);
  expect(new Set(groups.map(({ exported }) => exported)).size).toBe(1);
  expect(groups[0]?.exported?.groups).toBe(3);
});

test("refusals are counted as groups come, change and go", () => {
  const sets = new ExportedSets<Wanted>();
  let closed = true;
  const policy: ExportPolicy<Wanted> = ({ key }) =>
    closed && key === "far" ? { refused: "closed" } : { attributes: attributes() };
  const far = groupOf(sets, "far");
  groupOf(sets, "near");
  sets.up(policy);
  expect([sets.refused, far.refused, far.exported]).toEqual([1, "closed", null]);
  closed = false;
  sets.again();
  expect([sets.refused, far.refused]).toEqual([0, null]);
  closed = true;
  sets.again();
  expect(sets.refused).toBe(1);
  sets.release(far);
  expect(sets.refused).toBe(0);
  expect(sets.group(family, { key: "far" })).not.toBe(far);
});

test("nothing is asked, and nothing exported, while there is no session", () => {
  const sets = new ExportedSets<Wanted>();
  const group = groupOf(sets, "a");
  sets.decide(group);
  sets.again();
  expect([sets.isUp, group.exported]).toEqual([false, null]);
  sets.up(() => ({ attributes: attributes() }));
  expect([sets.isUp, group.exported === null]).toEqual([true, false]);
  sets.down();
  expect([sets.isUp, group.exported, sets.refused]).toEqual([false, null, 0]);
});
