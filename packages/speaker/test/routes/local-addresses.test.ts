import { expect, test } from "vitest";
import type { LocalAddress } from "../../src/options.ts";
import { lastKnown } from "../../src/routes/local-addresses.ts";

test("addresses that cannot be read are the ones known last, with a warning", () => {
  const answers: (readonly LocalAddress[] | Error)[] = [
    new Error("EMFILE"),
    [{ address: "10.0.0.1", interface: "eth0" }],
    new Error("EMFILE"),
    [],
  ];
  const warnings: string[] = [];
  const quiet = (): void => undefined;
  const warn = (_fields: object, message: string): void => void warnings.push(message);
  const ask = lastKnown(
    () => {
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    { debug: quiet, info: quiet, warn, error: quiet },
  );
  expect([ask(), ask(), ask(), ask()].map((known) => known.length)).toEqual([0, 1, 1, 0]);
  expect(warnings).toEqual(
    new Array(2).fill("the local addresses cannot be read, the last known ones are used: EMFILE"),
  );
});
