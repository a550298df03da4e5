import { MessageType, toJSON } from "@vipcast/bgp";
import type { Finding, Place, RibRoute } from "../finding.ts";
import { type JsonObject, listOf, objectOf } from "./json.ts";

/** Everything but notes, which are for people. */
export type Shown = Exclude<Finding, { readonly kind: "note" }>;

/** What was found, as a JSON object without its place. */
export function bodyOf(finding: Shown): JsonObject {
  switch (finding.kind) {
    case "message":
      return toJSON(finding.message);
    case "rib":
      return ribObject(finding.route);
    case "peer-index": {
      const { collector, view, peers } = finding.index;
      return { type: "peer-index", collector, view, peers: peers.map((peer) => ({ ...peer })) };
    }
    case "state-change":
      return { type: "state-change", oldState: finding.oldState, newState: finding.newState };
    default:
      return finding satisfies never;
  }
}

/** One object as `--json` prints it: where it was found, then what it is. Joined as text, for a copy of both costs more than all the rest. */
export function jsonLine(place: Place, body: JsonObject): string {
  const head = JSON.stringify(place);
  const tail = JSON.stringify(body);
  return head === "{}" ? tail : `${head.slice(0, -1)},${tail.slice(1)}`;
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

/** The `type` of {@link bodyOf}, without making it. */
export function findingType(finding: Shown): FindingType {
  return finding.kind === "message" ? findingTypes[finding.message.type] : finding.kind;
}

/** Whether there can be routes in it. */
export function hasRoutes(finding: Shown): boolean {
  return finding.kind === "rib" || (finding.kind === "message" && finding.message.type === MessageType.Update);
}
