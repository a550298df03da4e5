import { rmSync } from "node:fs";

/** Removes a folder with everything in it, also while somebody still writes there for a moment; one that is not there is fine. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
