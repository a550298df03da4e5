import type { LoopContext } from "./context.ts";
import type { Observer } from "./observer.ts";
import type { Reconciler } from "./reconciler.ts";

/**
 * Drains, withdraws, waits and unbinds everything, within the stop timeout of the policy. Resolves with false when that came first. Without an intent
 * there is nothing to take away.
 */
export async function takeAway(
  { clock, policy, outbox, book }: LoopContext,
  reconciler: Reconciler,
  observer: Observer,
  intentGiven: boolean,
): Promise<boolean> {
  const entries = [...reconciler.entries.values()];
  const longestDrainMs = Math.max(0, ...entries.map(({ vip }) => vip.drainMs ?? policy.drainMs));
  const timeoutMs = policy.stopTimeoutMs ?? longestDrainMs + 10_000;
  outbox.enter();
  for (const entry of entries) {
    entry.goal = "stop";
    entry.clearFailure();
    reconciler.touch(entry);
  }
  outbox.leave();
  // The withdrawal comes well before the end, and so does the unbind.
  const cancels = [
    clock.timer(() => reconciler.skipDrains(), Math.max(timeoutMs / 2, timeoutMs - policy.withdrawWaitMs - 1000)),
    clock.timer(() => reconciler.hurry(), Math.max(timeoutMs * 0.75, timeoutMs - 250)),
  ];
  const complete = await new Promise<boolean>((resolve) => {
    cancels.push(clock.timer(() => resolve(false), timeoutMs));
    const settled = async (): Promise<void> => {
      do {
        await Promise.all([...reconciler.entries.values()].map((entry) => reconciler.settled(entry)));
        // A port may have done what it said it could not: the host has the last word.
        await observer.observe();
      } while (reconciler.entries.size > 0);
      await book.written();
    };
    void (observer.ready && intentGiven ? settled() : Promise.resolve()).then(() => resolve(true));
  });
  for (const cancel of cancels) cancel();
  return complete;
}
