import type { LoopContext } from "./context.ts";
import type { Drains } from "./drains.ts";
import type { Observer } from "./observer.ts";
import type { PeerWatch } from "./peer-watch.ts";
import type { Reconciler } from "./reconciler.ts";

/** How `Announcer.close` or `Announcer.leave` ended. */
export interface CloseResult {
  /** False when the stop timeout came first; the withdrawals were asked for all the same. */
  readonly complete: boolean;
  /** VIPs whose address may still be bound; the next start takes them away. */
  readonly left: readonly string[];
}

/** How long {@link leave} waits for the disk, milliseconds: the kernel's marks tell most of what the ledger would. */
const LEDGER_PATIENCE_MS = 1000;

/** What is stopped. */
export interface WorkingParts {
  readonly reconciler: Reconciler;
  readonly observer: Observer;
  readonly peers: PeerWatch;
  readonly drains: Drains;
}

/** Drains, withdraws, waits and unbinds everything, within the stop timeout; then nothing runs any more, and nobody waits. */
export async function shutDown(context: LoopContext, parts: WorkingParts): Promise<CloseResult> {
  const { clock, policy, outbox } = context;
  const { reconciler } = parts;
  const entries = [...reconciler.entries.values()];
  const longestDrainMs = Math.max(0, ...entries.map(({ vip }) => vip.drainMs ?? policy.drainMs));
  const timeoutMs = policy.stopTimeoutMs ?? longestDrainMs + 10_000;
  outbox.enter();
  for (const entry of entries) {
    entry.goal = "stop";
    reconciler.attend(entry);
  }
  outbox.leave();
  // The withdrawal comes well before the end, and so does the unbind.
  const cancels = [
    clock.timer(() => reconciler.skipDrains(), Math.max(timeoutMs / 2, timeoutMs - policy.withdrawWaitMs - 1000)),
    clock.timer(() => reconciler.hurry(), Math.max(timeoutMs * 0.75, timeoutMs - 250)),
  ];
  const complete = await new Promise<boolean>((resolve) => {
    cancels.push(clock.timer(() => resolve(false), timeoutMs));
    // It ends in a rejection where the time is over first: nobody asks for more then.
    const done = reconciler.enabled ? everythingGone(context, parts) : written(parts.drains);
    done.then(
      () => resolve(true),
      () => resolve(false),
    );
  });
  for (const cancel of cancels) cancel();
  return { complete, left: end(context, parts) };
}

/** Takes nothing away; what is ours is written down, or could not be. */
export async function leave(context: LoopContext, parts: WorkingParts): Promise<CloseResult> {
  const { clock, book } = context;
  parts.reconciler.stop();
  const written = Promise.all([book.written(), parts.drains.written()]);
  await new Promise<void>((resolve) => {
    const cancel = clock.timer(resolve, LEDGER_PATIENCE_MS);
    void written.then(() => {
      cancel();
      resolve();
    });
  });
  return { complete: true, left: end(context, parts) };
}

/** Nothing is looked after any more. Returns the VIPs whose address may still be bound. */
function end({ hub }: LoopContext, { reconciler, observer, peers, drains }: WorkingParts): readonly string[] {
  observer.stop();
  peers.stop();
  drains.stop();
  const left = [...reconciler.entries.values()]
    .filter((entry) => reconciler.view(entry).owned.length > 0)
    .map(({ vip }) => vip.prefix);
  reconciler.stop();
  hub.close();
  return left;
}

async function everythingGone(context: LoopContext, parts: WorkingParts): Promise<void> {
  const { reconciler, observer, drains } = parts;
  let ledgerFails = false;
  do {
    await Promise.all([...reconciler.entries.values()].map((entry) => reconciler.settled(entry)));
    await context.book.written();
    ledgerFails = context.ledgerDown;
    // A port may have done what it said it could not: the host has the last word, and is asked until it answers.
    await observer.see();
    // Lines of a ledger that cannot be written, of what is bound no more, would be found again for ever; the next start takes them out.
  } while (reconciler.enabled && (ledgerFails ? isBoundSomewhere(reconciler) : reconciler.entries.size > 0));
  await drains.written();
}

/** A disk that has not answered so far is not waited for. */
function written(drains: Drains): Promise<void> {
  return drains.unread === null ? drains.written() : Promise.resolve();
}

function isBoundSomewhere(reconciler: Reconciler): boolean {
  return [...reconciler.entries.values()].some((entry) => reconciler.view(entry).owned.length > 0);
}
