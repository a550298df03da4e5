/** A stream of which the beginning was looked at: `head`. `chunks` is the whole stream, the beginning included. */
export interface Headed {
  readonly head: Uint8Array;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Reads until the head is `enough` or the stream is over, and no more than that: a pipe may be slow. When reading fails, `chunks` fails
 * with it, after the head.
 */
export async function readHead(
  chunks: AsyncIterable<Uint8Array>,
  enough: (head: Uint8Array) => boolean,
): Promise<Headed> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = new Uint8Array(0);
  let failure: { readonly error: unknown } | null = null;
  while (failure === null && !enough(head)) {
    try {
      const { value, done } = await iterator.next();
      if (done === true) break;
      const joined = new Uint8Array(head.length + value.length);
      joined.set(head);
      joined.set(value, head.length);
      head = joined;
    } catch (error) {
      failure = { error };
    }
  }
  return { head, chunks: rejoin(head, iterator, failure) };
}

async function* rejoin(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
  failure: { readonly error: unknown } | null,
): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    if (failure !== null) throw failure.error;
    for (;;) {
      const { value, done } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
