import { parseCommunity as communityOf, parseLargeCommunity as largeCommunityOf } from "@vipcast/announcer";
import { formatCommunity, WELL_KNOWN_COMMUNITIES } from "@vipcast/bgp";
import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";
import { didYouMean } from "../arguments/suggest.ts";

/** A community (RFC 1997): `A:B` with both parts 0..65535, or a well-known name. Returned as `A:B`. */
export function parseCommunity(text: string): Parsed<string> {
  const parsed = communityOf(text);
  if (parsed.ok) return accept(formatCommunity(parsed.value));
  if (/^[a-z-]+$/i.test(text))
    return refuse("is no well-known community", didYouMean(text, [...WELL_KNOWN_COMMUNITIES.keys()]));
  return refuse(
    "a community is A:B with each part from 0 to 65535, or a well-known name such as no-export",
    "write for example --community 65000:100, or --large-community A:B:C for larger numbers",
  );
}

/** A large community (RFC 8092): `A:B:C`, each part 0..4294967295. */
export function parseLargeCommunity(text: string): Parsed<string> {
  const parsed = largeCommunityOf(text);
  if (parsed.ok) return accept(parsed.value);
  return refuse(
    "a large community is A:B:C with each part from 0 to 4294967295",
    "write for example --large-community 65000:1:2",
  );
}
