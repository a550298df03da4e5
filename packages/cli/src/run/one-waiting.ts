/**
 * A request for `work` that can be made at any time: one is done and one waits at most, for whatever was asked meanwhile the next one answers; between two of them there are at least `pauseMs`. `work` never
 * rejects.
 */
export function oneWaiting(work: () => Promise<unknown>, pauseMs: number): () => void {
  let busy = false;
  let waiting = false;
  const begin = async (): Promise<void> => {
    busy = true;
    do {
      waiting = false;
      await work();
      await new Promise((resolve) => void setTimeout(resolve, pauseMs).unref());
    } while (waiting);
    busy = false;
  };
  return () => {
    if (busy) waiting = true;
    else void begin();
  };
}
