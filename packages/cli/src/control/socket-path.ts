import { join } from "node:path";

/**
 * Where the control socket is when nothing else is said: `/run/vipcast/vipcast.sock`, without root below `$XDG_RUNTIME_DIR`. An instance with another name than
 * `default` has a socket of its own name there. Null without root where the environment names no such folder.
 */
export function defaultSocketPath(
  uid: number,
  environment: Readonly<Record<string, string | undefined>>,
  instance = "default",
): string | null {
  const file = `${instance === "default" ? "vipcast" : instance}.sock`;
  if (uid === 0) return join("/run/vipcast", file);
  const base = environment.XDG_RUNTIME_DIR;
  // The XDG base directory specification: a relative path is invalid and ignored.
  return base?.startsWith("/") === true ? join(base, "vipcast", file) : null;
}
