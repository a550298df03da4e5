import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { LabError } from "../errors.ts";

/** The programs the lab itself needs, and the Debian package that has each. */
const packages: Readonly<Record<string, string>> = {
  ip: "iproute2",
  mount: "mount",
  nsenter: "util-linux",
  setpriv: "util-linux",
  unshare: "util-linux",
};

/** PATH with the folders where Debian keeps `ip` and the daemons, which an ordinary user's PATH lacks. */
export function searchPath(path: string = process.env.PATH ?? ""): string {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  for (const folder of ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"])
    if (!folders.includes(folder)) folders.push(folder);
  return folders.join(delimiter);
}

/** Absolute path of a program, or null when no folder of `path` has it. A name with a slash is looked up as it is. */
export function findProgram(name: string, path: string = searchPath()): string | null {
  const candidates = name.includes("/") ? [name] : path.split(delimiter).map((folder) => join(folder, name));
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return null;
}

/** Throws `tool-missing`, naming the package of each program that is not installed. */
export function requireTools(find: (name: string) => string | null = findProgram): void {
  const missing = Object.keys(packages).filter((name) => find(name) === null);
  if (missing.length === 0) return;
  const wanted = [...new Set(missing.map((name) => packages[name]))].join(" ");
  throw new LabError(
    "tool-missing",
    `the lab needs ${missing.join(", ")} to build network namespaces; on Debian: sudo apt-get install ${wanted}`,
  );
}

/** Throws `router-missing` when a daemon's program is not installed. */
export function requireRouter(kind: string, programs: readonly string[]): void {
  const missing = programs.filter((name) => findProgram(name) === null);
  if (missing.length === 0) return;
  throw new LabError(
    "router-missing",
    `router ${kind} needs ${missing.join(", ")}, not installed here; on Debian: sudo npx pnpm@10 peers:install`,
  );
}
