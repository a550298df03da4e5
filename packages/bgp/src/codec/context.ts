import type { Family } from "../iana/afi-safi.ts";

/**
 * What a session has negotiated, as far as the codec needs it. A decoder must be told; it never guesses.
 * One object per session and direction-independent: the `receive` fields matter to decoding, the `send` ones to encoding.
 */
export interface CodecContext {
  /** Both speakers announced capability 65: AS numbers in AS_PATH and AGGREGATOR have four octets (RFC 6793). */
  readonly fourOctetAs: boolean;
  /** True when the peer has our own AS (iBGP); some RFC 7606 rules differ. */
  readonly internal: boolean;
  /**
   * Whether an external peer is in our confederation, in another Member-AS (RFC 5065 §3). From one that is not, confederation segments make
   * AS_PATH malformed; from one that is, their absence in the first place does (§5), and LOCAL_PREF is read (§5.2). Absent where nobody can
   * say, as in a recording of somebody else's session: nothing is concluded then.
   */
  readonly confederation?: boolean;
  /** 4096, or 65535 once RFC 8654 was negotiated. OPEN and KEEPALIVE are never longer than 4096. */
  readonly maxMessageLength: number;
  /** Families whose NLRI carry a path identifier towards us (RFC 7911). */
  readonly addPathReceive: readonly Family[];
  /** Families whose NLRI carry a path identifier from us. */
  readonly addPathSend: readonly Family[];
  /** Families that may travel with an IPv6 next hop although they are IPv4 (RFC 8950). */
  readonly extendedNextHop: readonly Family[];
  /**
   * Both speakers announced capability 70. Only then RFC 7313 §5 judges the length of a ROUTE-REFRESH with subtype 1 or 2; before, its octet
   * was reserved (RFC 2918 §3). Absent where nobody can say: judged.
   */
  readonly enhancedRouteRefresh?: boolean;
}

/** What holds before any OPEN was exchanged, and for tools that know nothing better: four-octet AS, eBGP, no extras. */
export const defaultCodecContext: CodecContext = {
  fourOctetAs: true,
  internal: false,
  maxMessageLength: 4096,
  addPathReceive: [],
  addPathSend: [],
  extendedNextHop: [],
};

/** Whether NLRI of `family` carry path identifiers, `families` being those of one direction. */
export function carriesPathIds(families: readonly Family[], family: Family): boolean {
  return families.length !== 0 && families.includes(family);
}
