import { readFileSync } from "node:fs";

/** The version of this package, from its own file, which lies beside the folder of this one both when compiled and when bundled. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
