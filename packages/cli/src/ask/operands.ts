import { isIP } from "node:net";
import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";

/** A virtual IP as an operand: an address, or one with a length. Normal form is the daemon's business. */
export function parseVipOperand(text: string): Parsed<string> {
  const [, address = "", length] = /^\[?([^\]/]*)\]?(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(length ?? 0) > (version === 4 ? 32 : 128))
    return refuse("is no virtual IP", "write for example 192.0.2.10 or 2001:db8::10/128; vipcast vips lists them");
  return accept(length === undefined ? address : `${address}/${length}`);
}

/** A virtual IP as a segment of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

/** Whether a word behind an option nobody knows may be a virtual IP. */
export function looksLikeVip(word: string): boolean {
  return /^[0-9a-fA-F:.[\]]+(\/\d+)?$/.test(word) && /[.:]/.test(word);
}
