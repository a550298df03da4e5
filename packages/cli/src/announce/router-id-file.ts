import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "@vipcast/linux";
import { parseAddress } from "../values/address.ts";

/** Where the router id that was chosen once is kept. An instance with a name of its own has a file of its own: several may share the folder. */
function routerIdPath(stateDir: string, instance: string | null): string {
  return join(stateDir, instance === null ? "router-id" : `${instance}.router-id`);
}

/**
 * The router id that was chosen before, or null when there is none that can be used. An instance with a name that has none yet goes on with the
 * one of the folder: older versions kept that for everybody, and a router id that changes resets sessions.
 */
export function loadRouterId(stateDir: string, instance: string | null): string | null {
  const own = readRouterId(routerIdPath(stateDir, instance));
  return own === null && instance !== null ? readRouterId(routerIdPath(stateDir, null)) : own;
}

/** Whether the instance has one of its own. */
export function hasRouterId(stateDir: string, instance: string | null): boolean {
  return readRouterId(routerIdPath(stateDir, instance)) !== null;
}

function readRouterId(path: string): string | null {
  try {
    const address = parseAddress(readFileSync(path, "utf8").trim());
    return address?.version === 4 && address.text !== "0.0.0.0" ? address.text : null;
  } catch {
    // Not there yet, or unreadable: it is chosen again, and from the same addresses the same one comes out.
    return null;
  }
}

/** Keeps a router id for later starts. Throws `LinuxError`, or the file system's own error. */
export function saveRouterId(stateDir: string, instance: string | null, routerId: string): void {
  const unmade = makeFolder(stateDir);
  if (unmade !== undefined) throw unmade;
  const path = routerIdPath(stateDir, instance);
  writeFileSync(`${path}.new`, `${routerId}\n`);
  renameSync(`${path}.new`, path);
}
