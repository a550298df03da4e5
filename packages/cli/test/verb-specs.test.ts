import { expect, test } from "vitest";
import { verbSpecs } from "../src/verb-specs.ts";
import { verbs } from "../src/verbs.ts";

test("every verb has a command line, in the same order", () => {
  expect(verbSpecs.map(({ name }) => name)).toEqual(verbs.map(({ name }) => name));
});

test.each(verbSpecs.map((spec) => [spec.name, spec] as const))(
  "%s ends its help with an example of itself",
  (name, spec) => {
    expect(spec.epilogue.split("\n").some((line) => line.startsWith(`  vipcast ${name}`))).toBe(true);
    const options = spec.options.map((option) => option.name);
    expect(new Set(options).size).toBe(options.length);
  },
);
