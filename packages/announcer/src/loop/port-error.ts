/** `code` and words of whatever a port rejected with. */
export function describeError(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "ERR_UNKNOWN", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "ERR_UNKNOWN";
  return { code, message: error.message };
}

/** What a port that answers with results comes to. One that rejects all the same, or throws, has failed like one that says so. */
export async function resultOf<T>(ask: () => Promise<T>): Promise<T | { ok: false; code: string; message: string }> {
  try {
    return await ask();
  } catch (error) {
    return { ok: false, ...describeError(error) };
  }
}
