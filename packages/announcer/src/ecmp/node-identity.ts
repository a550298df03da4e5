import { parseLargeCommunity } from "../intent/communities.ts";
import type { LocalSpeaker } from "../ports.ts";

/** What of a node stands in its routes without being compared. */
export interface NodeIdentity {
  /** Our AS; null: unknown. */
  readonly asn: number | null;
  /** A large community that only this node's routes carry; null: none. */
  readonly community: string | null;
}

/** A node that says nothing of itself. */
export const anonymous: NodeIdentity = { asn: null, community: null };

/** The second number of the default node community, after the form AS:function:parameter (RFC 8195 §2.1). */
export const NODE_COMMUNITY_FUNCTION = 1;

/**
 * `65001:1:167772161`: our AS, {@link NODE_COMMUNITY_FUNCTION}, and the router id as a number, so that people and nodes can tell whose route it
 * is, also behind a route reflector. Throws a `RangeError` when the router id is not a dotted quad.
 */
export function nodeCommunityOf({ asn, routerId }: LocalSpeaker): string {
  const octets = routerId.split(".").map(Number);
  const valid = octets.length === 4 && octets.every((octet) => Number.isInteger(octet) && octet >= 0 && octet <= 255);
  if (!valid) throw new RangeError(`the router id is "${routerId}": write it as a dotted quad such as 10.0.0.1`);
  return `${asn}:${NODE_COMMUNITY_FUNCTION}:${octets.reduce((number, octet) => number * 256 + octet, 0)}`;
}

/** The node whose community it is, as a router id, or null when the community has another form. */
export function routerIdOf(community: string): string | null {
  const [, kind, parameter] = community.split(":").map(Number);
  if (kind !== NODE_COMMUNITY_FUNCTION || parameter === undefined || !parseLargeCommunity(community).ok) return null;
  return [24, 16, 8, 0].map((shift) => (parameter >>> shift) & 0xff).join(".");
}

/** What `Policy.nodeCommunity` makes of a speaker; `local` is undefined where the port does not say who we are. */
export function identify(setting: string | null, local: LocalSpeaker | undefined): NodeIdentity {
  const community = setting !== "auto" ? setting : local === undefined ? null : nodeCommunityOf(local);
  return { asn: local?.asn ?? null, community };
}
