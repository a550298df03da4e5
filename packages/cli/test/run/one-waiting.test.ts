import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { oneWaiting } from "../../src/run/one-waiting.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a storm of requests is answered by the work that is under way and one more, after a pause", async () => {
  let begun = 0;
  let finish: () => void = () => undefined;
  const ask = oneWaiting(() => {
    begun++;
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  }, 100);
  for (let time = 0; time < 1000; time++) ask();
  expect(begun).toBe(1);
  finish();
  await vi.advanceTimersByTimeAsync(50);
  ask();
  expect(begun).toBe(1);
  await vi.advanceTimersByTimeAsync(50);
  expect(begun).toBe(2);
  finish();
  await vi.advanceTimersByTimeAsync(1000);
  expect(begun).toBe(2);
  ask();
  expect(begun).toBe(3);
});
