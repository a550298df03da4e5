import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";
import { didYouMean } from "../arguments/suggest.ts";

/** Well-known communities a person may write by name (IANA "BGP Well-known Communities"). */
export const wellKnownCommunities: Readonly<Record<string, string>> = {
  "graceful-shutdown": "65535:0",
  "accept-own": "65535:1",
  "llgr-stale": "65535:6",
  "no-llgr": "65535:7",
  blackhole: "65535:666",
  "no-export": "65535:65281",
  "no-advertise": "65535:65282",
  "no-export-subconfed": "65535:65283",
  "no-peer": "65535:65284",
};

/** A community (RFC 1997): `A:B` with both parts 0..65535, or a well-known name. Returned as `A:B`. */
export function parseCommunity(text: string): Parsed<string> {
  const named = wellKnownCommunities[text.toLowerCase()];
  if (named !== undefined) return accept(named);
  if (/^[a-z-]+$/i.test(text))
    return refuse("is no well-known community", didYouMean(text, Object.keys(wellKnownCommunities)));
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
