import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { defaultPolicy } from "../src/policy.ts";

test("the README has a row for every field of the policy, with its default", () => {
  const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const section = page.split("## Policy\n")[1]?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `(\w+)` *\| `(.+?)` *\|/gm)];
  const shown = rows.map(([, field = "", text = ""]) => [field, new Function(`return (${text});`)() as unknown]);
  expect(Object.fromEntries(shown)).toEqual(defaultPolicy);
});
