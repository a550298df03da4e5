import { beforeAll, describe, expect, it } from "vitest";
import { attributeSpecs } from "../../src/codec/attributes/table.ts";
import { capabilitySpecs } from "../../src/codec/capabilities/table.ts";
import { decodeMessage, MessageType } from "../../src/codec/message.ts";
import { AttributeCode } from "../../src/iana/attribute-codes.ts";
import { type Fixture, fixtures } from "../fixtures/fixtures.ts";
import { attributeReadings } from "./tshark/attribute-readings.ts";
import { capabilityReadings } from "./tshark/capability-readings.ts";
import { disagreements } from "./tshark/disagreements.ts";
import { dissect, type Tree, tsharkVersion } from "./tshark/dissect.ts";
import { ours, type Reading, theirs } from "./tshark/reading.ts";

// A second opinion on every fixture from a decoder that others wrote. tshark says what it reads in the octets: it does not judge, so
// that of messages with errors only what stays usable is compared.

const version = tsharkVersion();
const all = fixtures();

interface Difference {
  readonly fixture: string;
  readonly field: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

function differences(fixture: Fixture, tree: Tree): Difference[] {
  const { bytes, context, name } = fixture;
  const message = decodeMessage(bytes, 0, bytes.length, context);
  if (message.type === MessageType.Malformed) return [];
  const own: Reading = ours(message, bytes);
  const other: Reading = theirs(tree, message);
  const fields = [...new Set([...Object.keys(own), ...Object.keys(other)])];
  return fields
    .filter((field) => JSON.stringify(own[field]) !== JSON.stringify(other[field]))
    .map((field) => ({ fixture: name, field, ours: own[field], theirs: other[field] }));
}

const title = version ?? "tshark: skipped, it is not installed; peers:install installs it";

describe.skipIf(version === null)(title, () => {
  const found: Difference[] = [];

  beforeAll(() => {
    for (const asnOctets of [2, 4] as const) {
      const group = all.filter(({ context }) => context.fourOctetAs === (asnOctets === 4));
      const trees = dissect(
        group.map(({ bytes }) => bytes),
        asnOctets,
      );
      group.forEach((fixture, index) => {
        found.push(...differences(fixture, trees[index]!));
      });
    }
  }, 30_000);

  it("reads every fixture as the decoder does, but for what is listed with its RFC", () => {
    const listed = new Set(
      disagreements.flatMap((entry) =>
        Object.entries(entry.fixtures).flatMap(([name, fields]) => fields.map((field) => `${name}: ${field}`)),
      ),
    );
    const names = found.map(({ fixture, field }) => `${fixture}: ${field}`);
    expect(found.filter((_, index) => !listed.has(names[index]!))).toEqual([]);
    expect([...listed].filter((name) => !names.includes(name))).toEqual([]);
    const lines = disagreements.map((entry) => `\n    ${Object.keys(entry.fixtures).length} × ${entry.why}`);
    process.stdout.write(`  ${all.length} messages, ${found.length} fields differ${lines.join("")}\n`);
  });
});

describe("the readings", () => {
  it.each(attributeSpecs.filter(({ property }) => property !== null))("have $name", ({ code }) => {
    expect(attributeReadings.has(code)).toBe(true);
  });

  it("leave the reachability attributes to the message", () => {
    const rest = attributeSpecs.filter(({ property, opaque }) => property === null && !opaque).map(({ code }) => code);
    expect(rest).toEqual([AttributeCode.MpReachNlri, AttributeCode.MpUnreachNlri]);
  });

  it.each(capabilitySpecs)("have the capability $name", ({ code }) => {
    expect(capabilityReadings.has(code)).toBe(true);
  });
});

it.each(disagreements)("a disagreement names an RFC: $why", ({ why, fixtures: names }) => {
  expect(why).toMatch(/RFC \d{4} §\d|tshark/);
  for (const name of Object.keys(names)) expect(all.map((fixture) => fixture.name)).toContain(name);
});
