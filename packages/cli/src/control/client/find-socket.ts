import type { RawArguments } from "../../arguments/option.ts";
import { defaultSocketPath } from "../socket-path.ts";
import { ClientFailure } from "./failure.ts";

/** The socket that the options of a verb name: `--socket`, the file of `-c`, `--instance`, or the default. Rejects with a {@link ClientFailure}. */
export async function findSocket(
  { values }: Pick<RawArguments, "values">,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const socket = values.get("socket")?.at(-1);
  if (socket !== undefined) return socket;
  const file = values.get("config")?.at(-1);
  if (file !== undefined) {
    const { socketOfConfig } = await import("./socket-of-config.ts");
    return socketOfConfig(file, environment);
  }
  const instance = values.get("instance")?.at(-1);
  const path = defaultSocketPath(process.getuid?.() ?? 0, environment, instance ?? "default");
  if (path !== null) return path;
  throw new ClientFailure(
    "Where the control socket is cannot be told: without root it is below $XDG_RUNTIME_DIR, which is not set; name the socket with --socket PATH, or the configuration with -c FILE.",
    { exitCode: 2 },
  );
}
