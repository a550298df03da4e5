import {
  type AttributeValues,
  type ExportDecision,
  type ExportPolicy,
  type Family,
  familyName,
  SegmentType,
} from "@vipcast/bgp";
import { chooseNextHop, type NextHopContext } from "./next-hop.ts";
import type { ResolvedAttributes } from "./resolve-attributes.ts";

/** What a session means for the routes that leave over it. */
export interface ExportContext extends NextHopContext {
  readonly asn: number;
  readonly internal: boolean;
  readonly families: readonly Family[];
}

/** RFC 4271 §5.1.5 */
const defaultLocalPref = 100;

/** Turns what users ask for into path attributes for one session: AS_PATH, NEXT_HOP and LOCAL_PREF depend on it. */
export function exportPolicy(context: ExportContext): ExportPolicy<ResolvedAttributes> {
  return (wanted, family): ExportDecision => {
    if (!context.families.includes(family)) {
      return { refused: `the peer did not negotiate ${familyName(family)}: enable that family on both ends` };
    }
    const nextHop = chooseNextHop(wanted.nextHop, family, context);
    if (typeof nextHop === "string") return { refused: nextHop };
    return { attributes: attributesFor(wanted, nextHop, context) };
  };
}

function attributesFor(wanted: ResolvedAttributes, nextHop: Uint8Array, context: ExportContext): AttributeValues {
  const asns = context.internal
    ? wanted.asPath
    : [...new Array<number>(1 + wanted.prepend).fill(context.asn), ...wanted.asPath];
  return {
    origin: wanted.origin,
    // RFC 4271 §5.1.2: an originator sends an empty AS_PATH to its own AS.
    asPath: asns.length === 0 ? [] : [{ type: SegmentType.Sequence, asns }],
    nextHop,
    ...(wanted.med === null ? {} : { multiExitDisc: wanted.med }),
    ...(context.internal ? { localPref: wanted.localPref ?? defaultLocalPref } : {}),
    ...(wanted.communities.length === 0 ? {} : { communities: wanted.communities }),
    ...(wanted.largeCommunities.length === 0 ? {} : { largeCommunities: wanted.largeCommunities }),
    ...(wanted.extendedCommunities.length === 0 ? {} : { extendedCommunities: wanted.extendedCommunities }),
  };
}
