/** A request for `work` that can be made at any time: one is done and one waits at most, for whatever was asked meanwhile the next one answers. `work` never rejects. */
export function oneWaiting(work: () => Promise<unknown>): () => void {
  let running = false;
  let waiting = false;
  const begin = async (): Promise<void> => {
    running = true;
    do {
      waiting = false;
      await work();
    } while (waiting);
    running = false;
  };
  return () => {
    if (running) waiting = true;
    else void begin();
  };
}
