import { WELL_KNOWN_COMMUNITIES } from "@vipcast/bgp";
import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";
import { didYouMean } from "../arguments/suggest.ts";

/** A community (RFC 1997): `A:B` with both parts 0..65535, or a well-known name. Returned as `A:B`. */
export function parseCommunity(text: string): Parsed<string> {
  const named = WELL_KNOWN_COMMUNITIES.get(text.toLowerCase());
  if (named !== undefined) return accept(`${Math.floor(named / 65536)}:${named % 65536}`);
  if (/^[a-z-]+$/i.test(text))
    return refuse("is no well-known community", didYouMean(text, [...WELL_KNOWN_COMMUNITIES.keys()]));
  const parts = numbers(text, 2, 65535);
  if (parts === null) {
    return refuse(
      "a community is A:B with each part from 0 to 65535, or a well-known name such as no-export",
      "write for example --community 65000:100, or --large-community A:B:C for larger numbers",
    );
  }
  return accept(parts.join(":"));
}

/** A large community (RFC 8092): `A:B:C`, each part 0..4294967295. */
export function parseLargeCommunity(text: string): Parsed<string> {
  const parts = numbers(text, 3, 4294967295);
  if (parts === null) {
    return refuse(
      "a large community is A:B:C with each part from 0 to 4294967295",
      "write for example --large-community 65000:1:2",
    );
  }
  return accept(parts.join(":"));
}

function numbers(text: string, count: number, max: number): number[] | null {
  const parts = text.split(":");
  if (parts.length !== count || !parts.every((part) => /^\d{1,10}$/.test(part) && Number(part) <= max)) return null;
  return parts.map(Number);
}
