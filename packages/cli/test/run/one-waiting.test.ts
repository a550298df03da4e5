import { expect, test } from "vitest";
import { oneWaiting } from "../../src/run/one-waiting.ts";

test("a storm of requests is answered by the work that is under way and one more", async () => {
  let begun = 0;
  let finish: () => void = () => undefined;
  const ask = oneWaiting(() => {
    begun++;
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  for (let time = 0; time < 1000; time++) ask();
  expect(begun).toBe(1);
  finish();
  await Promise.resolve();
  await expect.poll(() => begun).toBe(2);
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBe(2);
  ask();
  expect(begun).toBe(3);
  finish();
});
