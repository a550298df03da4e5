import { MessageType, toJSON } from "@vipcast/bgp";
import type { Finding, RibRoute } from "../finding.ts";
import { type JsonObject, listOf, objectOf } from "./json.ts";

/** Everything but notes, which are for people. */
export type Shown = Exclude<Finding, { readonly kind: "note" }>;

/** The object of a finding: where it was found, then what it is. */
export function toObject(finding: Shown): JsonObject {
  const place = { ...finding.place };
  switch (finding.kind) {
    case "message":
      return { ...place, ...toJSON(finding.message) };
    case "rib":
      return { ...place, ...ribObject(finding.route) };
    case "peer-index": {
      const { collector, view, peers } = finding.index;
      return { ...place, type: "peer-index", collector, view, peers: peers.map((peer) => ({ ...peer })) };
    }
    case "state-change":
      return { ...place, type: "state-change", oldState: finding.oldState, newState: finding.newState };
    default:
      return finding satisfies never;
  }
}

function ribObject({ sequence, originated, prefix, pathId, update }: RibRoute): JsonObject {
  const { outcome, problems, notification, attributes } = toJSON(update);
  // The codec knows more families than the readers of dumps: labels and route distinguishers are read there.
  const { prefix: read, labels, rd } = objectOf(listOf(objectOf(objectOf(attributes).mpReach).nlri)[0]);
  return {
    type: "rib",
    sequence,
    originated,
    prefix: read ?? prefix,
    ...(labels === undefined ? {} : { labels }),
    ...(rd === undefined ? {} : { rd }),
    ...(pathId < 0 ? {} : { pathId }),
    outcome: outcome ?? "ok",
    problems: problems ?? [],
    notification: notification ?? null,
    attributes: attributes ?? {},
  };
}

/** The `type` of every object there is; those of messages in the order of their type codes, malformed ones first. */
export const findingTypes = [
  "malformed",
  "open",
  "update",
  "notification",
  "keepalive",
  "route-refresh",
  "rib",
  "peer-index",
  "state-change",
] as const;
export type FindingType = (typeof findingTypes)[number];

/** The `type` that {@link toObject} gives, without making the object. */
export function findingType(finding: Shown): FindingType {
  return finding.kind === "message" ? findingTypes[finding.message.type] : finding.kind;
}

/** Whether there can be routes in it. */
export function hasRoutes(finding: Shown): boolean {
  return finding.kind === "rib" || (finding.kind === "message" && finding.message.type === MessageType.Update);
}
