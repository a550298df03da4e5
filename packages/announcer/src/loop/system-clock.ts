import type { Clock } from "../ports.ts";

/** The platform's time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  timer: (callback, delayMs) => {
    // A longer delay would fire at once (Node counts it as 1); the loop looks again earlier than that anyway.
    const handle = setTimeout(callback, Math.min(delayMs, 2_147_483_647));
    return () => clearTimeout(handle);
  },
};
