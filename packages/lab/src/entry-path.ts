import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LabError } from "./errors.ts";

/** The program behind every helper process of the lab; it lies beside this module in the build and in every bundle of it. */
export function labEntryPath(): string {
  const path = fileURLToPath(new URL("./lab-entry.js", import.meta.url));
  if (!existsSync(path)) throw new LabError("tool-missing", `${path} is not there: build first with npx pnpm@10 build`);
  return path;
}
