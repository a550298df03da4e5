import type { AttributeValues } from "../codec/attributes/values.ts";

/**
 * A text that is equal for two attribute sets exactly when they mean the same on the wire. The order inside
 * AS_PATH and CLUSTER_LIST counts; that of communities does too, since a peer sees it.
 */
export function attributeKey(values: AttributeValues): string {
  return [
    values.origin ?? "",
    segments(values.asPath),
    hex(values.nextHop),
    values.multiExitDisc ?? "",
    values.localPref ?? "",
    values.atomicAggregate === true ? "atomic" : "",
    aggregator(values.aggregator),
    values.communities?.join(",") ?? "",
    hex(values.originatorId),
    values.clusterList?.map(hex).join(",") ?? "",
    values.extendedCommunities?.map(hex).join(",") ?? "",
    values.largeCommunities?.map((community) => community.join(":")).join(",") ?? "",
    segments(values.as4Path),
    aggregator(values.as4Aggregator),
    tlvs(values.aigp),
    values.onlyToCustomer ?? "",
    tlvs(values.prefixSid),
    values.unknown?.map((raw) => `${raw.code}/${raw.flags}/${hex(raw.value)}`).join(",") ?? "",
  ].join("|");
}

// An empty AS_PATH (iBGP) is an attribute, an absent one is not: "-" keeps them apart.
function segments(path: AttributeValues["asPath"]): string {
  if (path === undefined) return "-";
  return path.map((segment) => `${segment.type}(${segment.asns.join(",")})`).join("");
}

function aggregator(value: AttributeValues["aggregator"]): string {
  return value === undefined ? "" : `${value.asn}@${hex(value.address)}`;
}

function tlvs(list: AttributeValues["aigp"]): string {
  return list?.map(({ type, value }) => `${type}/${hex(value)}`).join(",") ?? "";
}

function hex(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "";
  let text = "";
  for (const byte of bytes) text += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16);
  return text;
}
