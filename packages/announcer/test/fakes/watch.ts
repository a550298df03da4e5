/** What a promise has come to so far: `pending`, `done`, or the error. */
export function watch(promise: Promise<unknown>): { readonly outcome: unknown } {
  const seen = { outcome: "pending" as unknown };
  promise.then(
    () => {
      seen.outcome = "done";
    },
    (error: unknown) => {
      seen.outcome = error;
    },
  );
  return seen;
}
