import type { Json } from "@vipcast/bgp";
import type { Place } from "../finding.ts";
import { type JsonObject, listOf, objectOf, texts } from "./json.ts";
import { type Route, routesOf } from "./routes.ts";

/**
 * What was found, for people: one line per route, one line for any other message. Routes that `wanted` refuses are left out. Whatever a
 * peer may have written is shown without control characters.
 */
export function linesOf(place: Place, body: JsonObject, wanted: (route: Route) => boolean): string[] {
  const where = placeText(place);
  const lines = [...problemLines(body), ...statements(body, wanted)];
  return lines.map((line) => printable(where === "" ? line : `${where}  ${line}`));
}

function placeText({ line, offset, time, peer, peerAs, sent }: Place): string {
  if (line !== undefined) return `line ${line}`;
  if (time === undefined) return offset === undefined ? "" : `offset ${offset}`;
  if (peer === undefined) return `${time}`;
  const as = peerAs === undefined ? "" : ` AS${peerAs}`;
  return sent === true ? `${time} to ${peer}${as}` : `${time} ${peer}${as}`;
}

function problemLines(object: JsonObject): string[] {
  return listOf(object.problems).map((entry) => {
    const { attribute, name, rule, rfc } = objectOf(entry);
    const where = typeof name === "string" ? `${name} ` : attribute === 0 ? "" : `attribute ${attribute} `;
    return `${object.outcome}: ${where}${rule} (${rfc})`;
  });
}

function statements(object: JsonObject, wanted: (route: Route) => boolean): string[] {
  switch (object.type) {
    case "update":
    case "rib":
      return routeLines(object, wanted);
    case "open":
      return [
        `open AS${object.asn} hold ${object.holdTime} id ${object.routerId}${listed(" capabilities", listOf(object.capabilities).map(capabilityText))}`,
      ];
    case "notification": {
      const words = typeof object.message === "string" ? ` ${JSON.stringify(object.message)}` : "";
      const data = object.data === "" || words !== "" ? "" : ` data ${object.data}`;
      return [`notification ${object.code}/${object.subcode} ${object.name}${words}${data}`];
    }
    case "keepalive":
      return ["keepalive"];
    case "route-refresh": {
      const step = object.subtype === 0 ? "" : ` subtype ${object.subtype}`;
      return [`route-refresh ${object.family}${step}`];
    }
    case "malformed":
      return [`malformed message, type code ${object.typeCode}`];
    case "state-change":
      return [`state ${object.oldState} -> ${object.newState}`];
    default:
      return [
        `peer index of ${object.collector}${object.view === "" ? "" : ` view ${object.view}`}, ${listOf(object.peers).length} peers`,
      ];
  }
}

function routeLines(object: JsonObject, wanted: (route: Route) => boolean): string[] {
  const routes = routesOf(object);
  if (routes.length === 0) {
    return [typeof object.endOfRib === "string" ? `end-of-rib ${object.endOfRib}` : "update without routes"];
  }
  const attributes = attributesText(objectOf(object.attributes));
  return routes.filter(wanted).map((route) => {
    const id = route.pathId < 0 ? "" : ` path-id ${route.pathId}`;
    const family = route.family === null || /^ipv[46]-unicast$/.test(route.family) ? "" : ` ${route.family}`;
    const rd = route.rd === null ? "" : ` rd ${route.rd}`;
    const labels = listed(" labels", route.labels.map(String), " ");
    const name = `${route.prefix}${id}${family}${rd}${labels}`;
    if (!route.announced) return `withdraw ${name}`;
    return `${verb(object)} ${name}${listed(" next-hop", route.nextHops, " ")}${attributes}`;
  });
}

/** An announcement that RFC 7606 turns into something else is shown as that. */
function verb({ type, outcome }: JsonObject): string {
  if (outcome === "treat-as-withdraw" || outcome === "afi-safi-disable" || outcome === "session-reset")
    return `${outcome}`;
  return type === "rib" ? "rib" : "announce";
}

function attributesText(attributes: JsonObject): string {
  let text = "";
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "asPath") text += listed(" path", listOf(value).map(segmentText), " ");
    else if (name !== "nextHop" && name !== "mpReach" && name !== "mpUnreach") text += attributeText(name, value);
  }
  return text;
}

function attributeText(name: string, value: Json): string {
  const label = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (value === true) return ` ${label}`;
  if (name === "aggregator" || name === "as4Aggregator") {
    const { asn, address } = objectOf(value);
    return ` ${label} AS${asn} ${address}`;
  }
  if (name === "as4Path") return listed(` ${label}`, listOf(value).map(segmentText), " ");
  if (Array.isArray(value) && texts(value).length === value.length) return listed(` ${label}`, texts(value), " ");
  return ` ${label} ${typeof value === "object" ? JSON.stringify(value) : value}`;
}

function segmentText(segment: Json): string {
  const { type, asns } = objectOf(segment);
  const numbers = listOf(asns);
  if (type === "sequence") return numbers.join(" ");
  if (type === "set") return `{${numbers.join(" ")}}`;
  return type === "confed-sequence" ? `(${numbers.join(" ")})` : `[${numbers.join(" ")}]`;
}

function capabilityText(capability: Json): string {
  const { name, code, family, ...rest } = objectOf(capability);
  if (name === "unknown") return `code ${code}`;
  const details = Object.keys(rest).length === 0 ? "" : ` ${JSON.stringify(rest)}`;
  return `${name}${family === undefined ? "" : ` ${family}`}${details}`;
}

function listed(label: string, entries: readonly string[], separator = ", "): string {
  return entries.length === 0 ? "" : `${label} ${entries.join(separator)}`;
}

/** Control characters, those of a terminal above all, as escapes. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return `\\u${code.padStart(4, "0")}`;
  });
}
