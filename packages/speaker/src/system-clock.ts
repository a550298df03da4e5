import type { Clock } from "./options.ts";

/** The longest delay `setTimeout` takes; more would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The default clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  timer(callback, delayMs) {
    const handle = setTimeout(callback, Math.min(Math.max(0, Math.ceil(delayMs)), longestDelayMs));
    return () => clearTimeout(handle);
  },
};
