import { resolve } from "node:path";
import { instanceName } from "../announce/instance.ts";
import { defaultStateDir } from "../announce/state-dir.ts";
import { defaultSocketPath } from "./socket-path.ts";

/** The socket of an instance by its name, or else by its state folder; null without root where the environment names no folder for sockets. */
export function socketPathOf(
  { stateDir, instance }: { readonly stateDir: string; readonly instance: string | null },
  uid: number,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  if (instance !== null) return defaultSocketPath(uid, environment, instance);
  const usual = resolve(stateDir) === resolve(defaultStateDir(uid, environment));
  return defaultSocketPath(uid, environment, usual ? undefined : instanceName(stateDir));
}
