import { defaultStateDir } from "../../announce/state-dir.ts";
import { configSentence } from "../../config/problem.ts";
import { readSources } from "../../config/sources.ts";
import { socketPathOf } from "../instance-socket.ts";
import { ClientFailure } from "./failure.ts";

/**
 * The control socket of the daemon that runs a configuration file. The file is only read, not judged: a daemon runs on when its file has been broken since. Throws a
 * {@link ClientFailure} where the file cannot be read, or turns the control API off.
 */
export function socketOfConfig(file: string, environment: Readonly<Record<string, string | undefined>>): string {
  const { sources, problems } = readSources(file);
  if (problems.length > 0) throw new ClientFailure(problems.map(configSentence).join("\n"), { exitCode: 2 });
  const { control, instance, stateDir } = sources.value;
  const socket = typeof control === "object" && control !== null ? Reflect.get(control, "socket") : undefined;
  if (socket === "none")
    throw new ClientFailure(`${file} turns the control socket off (control: { socket: none }): leave that out.`, {
      exitCode: 2,
    });
  if (typeof socket === "string" && socket !== "") return socket;
  const uid = process.getuid?.() ?? 0;
  const path = socketPathOf(
    {
      stateDir: typeof stateDir === "string" ? stateDir : defaultStateDir(uid, environment),
      instance: typeof instance === "string" ? instance : null,
    },
    uid,
    environment,
  );
  if (path !== null) return path;
  throw new ClientFailure(
    `${file} names no control socket, and without root and $XDG_RUNTIME_DIR there is no default: write control: { socket: PATH }.`,
    { exitCode: 2 },
  );
}
