import { equalBytes, Family } from "@vipcast/bgp";
import type { LocalAddress } from "../options.ts";
import { isLinkLocal, isLoopback } from "../transport/peer-address.ts";
import { interfacesWith, nextHopsOn } from "./local-addresses.ts";

/** What the choice of a next hop depends on, for one established session. */
export interface NextHopContext {
  /** Local address of the session's socket, 4 or 16 octets. */
  readonly local: Uint8Array;
  /** `nextHopSelf` of the peer's options. */
  readonly configured: readonly Uint8Array[];
  /** IPv4 routes may have an IPv6 next hop on this session (RFC 8950). */
  readonly extendedNextHop: boolean;
  readonly localAddresses: () => readonly LocalAddress[];
  /** Addresses that we announce: they cannot be next hops, not even of each other. */
  readonly announced: (address: Uint8Array) => boolean;
}

/**
 * The next hop of a route: the one it asks for, else "self" (RFC 4271 §5.1.3, RFC 2545 §2). Returns octets for the wire or
 * a sentence that says what is missing and what to do.
 */
export function chooseNextHop(wanted: Uint8Array | null, family: Family, context: NextHopContext): Uint8Array | string {
  const size = family === Family.Ipv4Unicast ? 4 : 16;
  const explicit = wanted === null ? context.configured : [wanted, ...context.configured];
  const given = explicit.find((address) => address.length === size);
  if (given !== undefined) return given;
  if (context.local.length === size) return withLinkLocal(context);
  const found = onSameInterface(size, context)[0];
  if (found !== undefined) return found;
  if (size === 4 && context.extendedNextHop)
    return explicit.find((address) => address.length === 16) ?? withLinkLocal(context);
  return size === 4
    ? "the session runs over IPv6, its interface has no IPv4 address for the next hop, and RFC 8950 was not negotiated: set an IPv4 next hop"
    : "the session runs over IPv4 and its interface has no IPv6 address for the next hop: add one, or set an IPv6 next hop";
}

/** RFC 2545 §3: a session on link-local addresses announces the global address, with the link-local one behind it. */
function withLinkLocal(context: NextHopContext): Uint8Array {
  const { local } = context;
  if (!isLinkLocal(local)) return local;
  const global = onSameInterface(16, context).find((address) => !isLinkLocal(address) && !equalBytes(address, local));
  if (global === undefined) return local;
  const both = new Uint8Array(32);
  both.set(global);
  both.set(local, 16);
  return both;
}

function onSameInterface(size: 4 | 16, context: NextHopContext): readonly Uint8Array[] {
  const addresses = context.localAddresses();
  return nextHopsOn(interfacesWith(context.local, addresses), size, addresses, {
    loopback: isLoopback(context.local),
    taken: context.announced,
  });
}
