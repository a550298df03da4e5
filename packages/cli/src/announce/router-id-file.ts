import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "@vipcast/linux";
import { parseAddress } from "../values/address.ts";

/** Where the router id that was chosen once is kept. */
export function routerIdPath(stateDir: string): string {
  return join(stateDir, "router-id");
}

/** The router id that was chosen before, or null when there is none that can be used. */
export function loadRouterId(stateDir: string): string | null {
  try {
    const address = parseAddress(readFileSync(routerIdPath(stateDir), "utf8").trim());
    return address?.version === 4 && address.text !== "0.0.0.0" ? address.text : null;
  } catch {
    // Not there yet, or unreadable: it is chosen again, and from the same addresses the same one comes out.
    return null;
  }
}

/** Keeps a router id for later starts. Throws `LinuxError`, or the file system's own error. */
export function saveRouterId(stateDir: string, routerId: string): void {
  const unmade = makeFolder(stateDir);
  if (unmade !== undefined) throw unmade;
  const path = routerIdPath(stateDir);
  writeFileSync(`${path}.new`, `${routerId}\n`);
  renameSync(`${path}.new`, path);
}
