import { routerKinds, scenarios } from "@vipcast/lab";
import { expect, test } from "vitest";
import { labVerb } from "../../src/lab/verb.ts";

// The verb does not load the lab: `--help` and completion are not to wait for it.
test("the shell completes what the lab has", () => {
  const words = (name: string) => labVerb.options.find((option) => option.name === name)?.complete;
  expect(words("scenario")).toEqual(Object.keys(scenarios));
  expect(words("router")).toEqual(routerKinds);
});
