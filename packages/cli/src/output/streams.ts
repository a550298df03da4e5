/** The part of a writable stream that this package writes to; `process.stdout` is one. */
export interface TextStream {
  write(text: string): boolean;
  readonly writableLength: number;
  on(event: "error", listener: (error: Error) => void): unknown;
  once(event: "drain", listener: () => void): unknown;
}

/** What a reader may leave unread, in octets, before it loses lines. */
export const maxUnread: number = 1 << 20;

/**
 * Makes a standard stream write asynchronously. Node writes to pipes synchronously: a reader that stops reading would stop the whole
 * process, its BGP sessions included.
 */
export function writeAsynchronously(stream: NodeJS.WriteStream): TextStream {
  const handle: unknown = Reflect.get(stream, "_handle");
  if (!stream.isTTY && typeof handle === "object" && handle !== null) {
    const setBlocking: unknown = Reflect.get(handle, "setBlocking");
    if (typeof setBlocking === "function") setBlocking.call(handle, false);
  }
  return stream;
}

/** Resolves when everything was taken by the reader, at the latest after `timeoutMs`. */
export function drained(stream: TextStream, timeoutMs: number): Promise<void> {
  if (stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    stream.once("drain", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Resolves when everything was taken by the reader, however slow, or nobody reads any more. */
export function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("error", () => resolve());
    stream.write("", () => resolve());
  });
}
