import { formatAddress } from "../../../src/bytes/address.ts";
import { aigpMetric } from "../../../src/codec/attributes/aigp-metric.ts";
import { labelIndex } from "../../../src/codec/attributes/prefix-sid-tlv.ts";
import type { AsPathSegment, AttributeValues } from "../../../src/codec/attributes/values.ts";
import { AttributeCode } from "../../../src/iana/attribute-codes.ts";
import { firstOf, type Tree, treesOf, valuesOf } from "./dissect.ts";

export interface AttributeReading {
  readonly theirs: (attribute: Tree) => unknown;
  readonly ours: (values: AttributeValues) => unknown;
}

const name = "bgp.update.path_attribute";

function number(field: string): (attribute: Tree) => unknown {
  return (attribute) => Number(firstOf(attribute, `${name}.${field}`));
}

function text(field: string): (attribute: Tree) => unknown {
  return (attribute) => firstOf(attribute, `${name}.${field}`);
}

const address = (bytes: Uint8Array | undefined): string => (bytes === undefined ? "" : formatAddress(bytes));

const theirSegments = (attribute: Tree): unknown =>
  treesOf(attribute, `${name}.as_path_segment`).map((segment) => ({
    type: Number(firstOf(segment, `${name}.as_path_segment.type`)),
    asns: ["as2", "as4"].flatMap((width) => valuesOf(segment, `${name}.as_path_segment.${width}`).map(Number)),
  }));
const ourSegments = (segments: readonly AsPathSegment[] | undefined): unknown =>
  segments?.map(({ type, asns }) => ({ type, asns }));

const theirAggregator = (attribute: Tree): unknown => ({
  asn: Number(firstOf(attribute, `${name}.aggregator_as`)),
  address: firstOf(attribute, `${name}.aggregator_origin`),
});
const ourAggregator = (value: AttributeValues["aggregator"]): unknown =>
  value && { asn: value.asn, address: formatAddress(value.address) };

/** Sorted: tshark has two names for communities, and its JSON does not say how the two lists were mixed. */
const theirCommunities = (attribute: Tree): unknown =>
  [
    ...treesOf(attribute, `${name}.community`).map(
      (tree) =>
        Number(firstOf(tree, `${name}.community_as`)) * 65536 + Number(firstOf(tree, `${name}.community_value`)),
    ),
    ...valuesOf(attribute, `${name}.community_wellknown`).map(Number),
  ].sort((a, b) => a - b);

/** How tshark reads each attribute, and the same of ours. MP_REACH_NLRI and MP_UNREACH_NLRI are read with the message. */
export const attributeReadings: ReadonlyMap<number, AttributeReading> = new Map<number, AttributeReading>([
  [AttributeCode.Origin, { theirs: number("origin"), ours: ({ origin }) => origin }],
  [AttributeCode.AsPath, { theirs: theirSegments, ours: ({ asPath }) => ourSegments(asPath) }],
  [AttributeCode.NextHop, { theirs: text("next_hop"), ours: ({ nextHop }) => address(nextHop) }],
  [AttributeCode.MultiExitDisc, { theirs: number("multi_exit_disc"), ours: ({ multiExitDisc }) => multiExitDisc }],
  [AttributeCode.LocalPref, { theirs: number("local_pref"), ours: ({ localPref }) => localPref }],
  [AttributeCode.AtomicAggregate, { theirs: () => true, ours: ({ atomicAggregate }) => atomicAggregate }],
  [AttributeCode.Aggregator, { theirs: theirAggregator, ours: ({ aggregator }) => ourAggregator(aggregator) }],
  [
    AttributeCode.Communities,
    { theirs: theirCommunities, ours: ({ communities = [] }) => [...communities].sort((a, b) => a - b) },
  ],
  [AttributeCode.OriginatorId, { theirs: text("originator_id"), ours: ({ originatorId }) => address(originatorId) }],
  [
    AttributeCode.ClusterList,
    {
      theirs: (attribute) => valuesOf(attribute, "bgp.path_attribute.cluster_id"),
      ours: ({ clusterList }) => clusterList?.map(address),
    },
  ],
  [
    AttributeCode.ExtendedCommunities,
    {
      // Type and subtype; what follows has a name of its own for nearly every type.
      theirs: (attribute) =>
        treesOf(attribute, "bgp.ext_community").map((tree) => {
          const subtype = Object.entries(tree).find(([field]) => field.startsWith("bgp.ext_com.stype_"))?.[1];
          return [Number(firstOf(tree, "bgp.ext_com.type")), Number(subtype)];
        }),
      ours: ({ extendedCommunities }) => extendedCommunities?.map((value) => [value[0], value[1]]),
    },
  ],
  [AttributeCode.As4Path, { theirs: theirSegments, ours: ({ as4Path }) => ourSegments(as4Path) }],
  [AttributeCode.As4Aggregator, { theirs: theirAggregator, ours: ({ as4Aggregator }) => ourAggregator(as4Aggregator) }],
  [
    AttributeCode.Aigp,
    {
      theirs: (attribute) =>
        valuesOf(attribute, "bgp.update.attribute.aigp.accu_igp_metric").map(BigInt).map(String)[0],
      ours: ({ aigp }) => aigp && aigpMetric(aigp)?.toString(),
    },
  ],
  // tshark 4.0 does not know the attribute; its length is compared with the header.
  [AttributeCode.OnlyToCustomer, { theirs: () => true, ours: ({ onlyToCustomer }) => onlyToCustomer !== undefined }],
  [
    AttributeCode.PrefixSid,
    {
      theirs: (attribute) => ({
        types: valuesOf(attribute, "bgp.prefix_sid.type").map(Number),
        index: valuesOf(attribute, "bgp.prefix_sid.label_index.value").map(Number),
      }),
      ours: ({ prefixSid = [] }) => ({
        types: prefixSid.map(({ type }) => type),
        index: [labelIndex(prefixSid)].filter((index) => index !== undefined),
      }),
    },
  ],
  [
    AttributeCode.LargeCommunities,
    {
      theirs: (attribute) =>
        treesOf(attribute, "bgp.large_communities").map((tree) =>
          ["ga", "ldp1", "ldp2"].map((field) => Number(firstOf(tree, `bgp.large_communities.${field}`))),
        ),
      ours: ({ largeCommunities }) => largeCommunities?.map((value) => [...value]),
    },
  ],
]);
