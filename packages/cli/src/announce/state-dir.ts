import { homedir } from "node:os";
import { join } from "node:path";

/** Where a user's state goes when nothing else is said: `/var/lib/vipcast`, or below the user's own folder without root. */
export function defaultStateDir(uid: number, environment: NodeJS.ProcessEnv): string {
  if (uid === 0) return "/var/lib/vipcast";
  const base = environment.XDG_STATE_HOME;
  // The XDG base directory specification: a relative path is invalid and ignored.
  if (base?.startsWith("/")) return join(base, "vipcast");
  return join(homedir(), ".local/state/vipcast");
}
