import { statSync } from "node:fs";
import type { RawArguments } from "../../arguments/option.ts";
import { defaultSocketPath } from "../socket-path.ts";

const root = 0;

/**
 * The socket that the options of a verb name: `--socket`, the file of `-c`, `--instance`, or the default. Without root that is the user's own daemon where one
 * has a socket, else root's, which members of its group may ask. Rejects with a `ClientFailure` for a file that names none.
 */
export async function findSocket(
  { values }: Pick<RawArguments, "values">,
  environment: Readonly<Record<string, string | undefined>>,
  uid: number = process.getuid?.() ?? root,
): Promise<string> {
  const socket = values.get("socket")?.at(-1);
  if (socket !== undefined) return socket;
  const file = values.get("config")?.at(-1);
  if (file !== undefined) {
    const { socketOfConfig } = await import("./socket-of-config.ts");
    return socketOfConfig(file, environment);
  }
  const instance = values.get("instance")?.at(-1) ?? "default";
  const own = defaultSocketPath(uid, environment, instance);
  if (own !== null && isThere(own)) return own;
  // Root's is always known.
  return defaultSocketPath(root, environment, instance)!;
}

/** What is out of sight may be there. */
function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ENOENT" && code !== "ENOTDIR";
  }
}
