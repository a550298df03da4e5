import { LabError } from "./errors.ts";

/** Resolves after so many milliseconds. Does not keep the process alive: a running lab does, and after its end nobody waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/**
 * Asks again and again until the answer is not null, and returns it. Throws `timeout` after `timeoutMs` with `what`, which
 * says what did not happen; a function can say what was seen instead.
 */
export async function waitFor<T>(
  what: string | (() => string),
  ask: () => Promise<T | null> | T | null,
  timeoutMs: number,
  everyMs = 20,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() >= deadline)
      throw new LabError("timeout", `${typeof what === "string" ? what : what()} (waited ${timeoutMs} ms)`);
    await sleep(everyMs);
  }
}
