import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { attributeSpec, attributeSpecs } from "../../../src/codec/attributes/table.ts";
import { capabilitySpecs } from "../../../src/codec/capabilities/table.ts";
import { attributeName } from "../../../src/iana/attribute-codes.ts";

const codec = join(dirname(fileURLToPath(import.meta.url)), "../../../src/codec");

/** The numbers that file names begin with: the folder is the registry. */
function codesOfFiles(folder: string): number[] {
  return readdirSync(join(codec, folder)).flatMap((name) => /^\d+/.exec(name)?.map(Number) ?? []);
}

describe("the attribute table", () => {
  it("lists every attribute file, in ascending order, and nothing else", () => {
    expect(attributeSpecs.map(({ code }) => code)).toEqual(codesOfFiles("attributes").sort((a, b) => a - b));
  });

  it("uses the registry's names and finds each spec by its code", () => {
    for (const spec of attributeSpecs) {
      expect(spec.name).toBe(attributeName(spec.code));
      expect(attributeSpec(spec.code)).toBe(spec);
    }
    expect(attributeSpec(0)).toBeNull();
    expect(attributeSpec(255)).toBeNull();
  });

  it("has specs of one shape, so that the loop over them stays fast", () => {
    const keys = Object.keys(attributeSpecs[0]!);
    for (const spec of attributeSpecs) expect(Object.keys(spec)).toEqual(keys);
  });

  it("has a bit of a 32-bit integer for each, as the encoder counts them", () => {
    expect(attributeSpecs.length).toBeLessThanOrEqual(32);
  });

  it("cites an RFC for every fault", () => {
    for (const { rfc, badFlags, badLength } of attributeSpecs) {
      for (const text of [rfc, badFlags.rfc, badLength.rfc])
        expect(text).toMatch(/^RFC \d{4}( §\d+(\.\d+)*( [a-j])?)?$/);
    }
  });
});

it("the capability table lists every capability file", () => {
  expect(capabilitySpecs.map(({ code }) => code)).toEqual(codesOfFiles("capabilities").sort((a, b) => a - b));
});
