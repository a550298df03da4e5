import { type CodecContext, type Family, familyOf, maxExtendedMessageLength } from "@vipcast/bgp";

/** What the user says about the session; it counts more than what the input says. */
export interface SessionOptions {
  readonly twoOctetAs: boolean;
  readonly internal: boolean;
  /** Families with path identifiers. */
  readonly addPath: readonly Family[];
}

/** What the input says about a session; a property that is absent is not known. */
export interface Learned {
  readonly fourOctetAs?: boolean;
  readonly internal?: boolean;
  readonly addPath?: readonly Family[];
  readonly maxMessageLength?: number;
}

/** Every family whose NLRI can be told apart, for input that says "all NLRI have path identifiers" (RFC 8050 §3). */
export const addPathFamilies: readonly Family[] = [1, 2].flatMap((afi) =>
  [1, 2, 4, 128].map((safi) => familyOf(afi, safi)),
);

/**
 * How to read messages. Where nothing is known: four-octet AS numbers, an external peer, no path identifiers, messages as long as
 * the length field allows, since refusing one would hide it.
 */
export function codecContext(options: SessionOptions, learned: Learned = {}): CodecContext {
  return {
    fourOctetAs: !options.twoOctetAs && (learned.fourOctetAs ?? true),
    internal: options.internal || (learned.internal ?? false),
    maxMessageLength: learned.maxMessageLength ?? maxExtendedMessageLength,
    addPathReceive: options.addPath.length > 0 ? options.addPath : (learned.addPath ?? []),
    addPathSend: [],
    extendedNextHop: [],
  };
}
