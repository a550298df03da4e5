import type { Clock } from "../ports.ts";

/** What a longer delay would do: fire at once (Node counts it as 1). */
const longestDelayMs = 2_147_483_647;

/** The platform's time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  timer: (callback, delayMs) => {
    const dueMs = performance.now() + delayMs;
    // setTimeout drops fractions and may fire up to a millisecond early; whoever is woken before its deadline sees nothing to do and sleeps for ever.
    const wait = (): NodeJS.Timeout =>
      setTimeout(
        () => {
          if (performance.now() < dueMs) handle = wait();
          else callback();
        },
        Math.min(Math.max(0, Math.ceil(dueMs - performance.now())), longestDelayMs),
      );
    let handle = wait();
    return () => clearTimeout(handle);
  },
};
