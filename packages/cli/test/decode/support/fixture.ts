import { readFileSync } from "node:fs";
import { octets } from "./build.ts";

/** The octets of a fixture in text: hexadecimal, lines that begin with `#` say where it is from. */
export function fixture(name: string): Uint8Array {
  const text = readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
  return octets(text.replaceAll(/^#.*$/gm, ""));
}
