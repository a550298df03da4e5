import { fromHex, toHex } from "../bytes/hex.ts";

/**
 * Octets of a fixture in hexadecimal text. White space is skipped, and so is everything from `#` to the end of its line.
 * Throws on anything else: a fixture with a typing error must not pass for data.
 */
export function hex(text: string): Uint8Array {
  const bytes = fromHex(text.replace(/#[^\n]*/g, ""));
  if (bytes === undefined) throw new TypeError(`not hexadecimal: ${text}`);
  return bytes;
}

/** Lower-case hexadecimal of octets, no separators. */
export function unhex(bytes: Uint8Array): string {
  return toHex(bytes);
}
