import { origin } from "./01-origin.ts";
import { asPath } from "./02-as-path.ts";
import { nextHop } from "./03-next-hop.ts";
import { multiExitDisc } from "./04-multi-exit-disc.ts";
import { localPref } from "./05-local-pref.ts";
import { atomicAggregate } from "./06-atomic-aggregate.ts";
import { aggregator } from "./07-aggregator.ts";
import { communities } from "./08-communities.ts";
import { originatorId } from "./09-originator-id.ts";
import { clusterList } from "./10-cluster-list.ts";
import { mpReachNlri } from "./14-mp-reach-nlri.ts";
import { mpUnreachNlri } from "./15-mp-unreach-nlri.ts";
import { extendedCommunities } from "./16-extended-communities.ts";
import { as4Path } from "./17-as4-path.ts";
import { as4Aggregator } from "./18-as4-aggregator.ts";
import { pmsiTunnel } from "./22-pmsi-tunnel.ts";
import { tunnelEncapsulation } from "./23-tunnel-encapsulation.ts";
import { trafficEngineering } from "./24-traffic-engineering.ts";
import { ipv6ExtendedCommunities } from "./25-ipv6-extended-communities.ts";
import { aigp } from "./26-aigp.ts";
import { largeCommunities } from "./32-large-communities.ts";
import { onlyToCustomer } from "./35-otc.ts";
import { prefixSid } from "./40-prefix-sid.ts";
import { attrSet } from "./128-attr-set.ts";
import type { AttributeSpec } from "./spec.ts";

/** Every path attribute the codec understands, in ascending order of code; all others travel as {@link RawAttribute}. */
export const attributeSpecs: readonly AttributeSpec[] = [
  origin,
  asPath,
  nextHop,
  multiExitDisc,
  localPref,
  atomicAggregate,
  aggregator,
  communities,
  originatorId,
  clusterList,
  mpReachNlri,
  mpUnreachNlri,
  extendedCommunities,
  as4Path,
  as4Aggregator,
  pmsiTunnel,
  tunnelEncapsulation,
  trafficEngineering,
  ipv6ExtendedCommunities,
  aigp,
  largeCommunities,
  onlyToCustomer,
  prefixSid,
  attrSet,
];

const byCode: (AttributeSpec | null)[] = new Array<AttributeSpec | null>(256).fill(null);
for (const spec of attributeSpecs) byCode[spec.code] = spec;

/** The spec of an attribute code 0..255, or null when it is unknown to us. */
export function attributeSpec(code: number): AttributeSpec | null {
  return byCode[code]!;
}
