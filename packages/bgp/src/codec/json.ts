import { formatAddress, formatRouterId } from "../bytes/address.ts";
import { toHex } from "../bytes/hex.ts";
import { familyName } from "../iana/afi-safi.ts";
import { attributeName } from "../iana/attribute-codes.ts";
import { notificationName } from "../iana/notification-codes.ts";
import type { MpReach } from "./attributes/14-mp-reach-nlri.ts";
import type { PathAttributes } from "./attributes/path-attributes.ts";
import type { Json } from "./attributes/spec.ts";
import { attributeSpecs } from "./attributes/table.ts";
import type { AttributeValues } from "./attributes/values.ts";
import type { Capability } from "./capabilities/spec.ts";
import { capabilitySpec } from "./capabilities/table.ts";
import { type MalformedMessage, type Message, MessageType, type UpdateMessage } from "./message-types.ts";
import { addressLength, formatPrefixAt } from "./nlri/prefix.ts";
import { formatRouteDistinguisher } from "./nlri/route-distinguisher.ts";
import { nlriSpec } from "./nlri/table.ts";
import type { NlriView } from "./nlri/view.ts";
import type { NotificationBody, Problem } from "./outcome.ts";
import { shutdownCommunication } from "./shutdown-communication.ts";

type JsonObject = { readonly [key: string]: Json };

const outcomeNames = ["ok", "attribute-discard", "treat-as-withdraw", "afi-safi-disable", "session-reset"] as const;

/**
 * A message as a JSON value for display: the shape of `vipcast decode --json`, without where it came from. Addresses in
 * RFC 5952 form, families by name, octet strings as lower-case hexadecimal.
 */
export function toJSON(message: Message | MalformedMessage): JsonObject {
  switch (message.type) {
    case MessageType.Open: {
      const { version, asn, holdTime, routerId, capabilities } = message;
      return {
        type: "open",
        version,
        asn,
        holdTime,
        routerId: formatRouterId(routerId),
        capabilities: capabilities.map(capabilityToJson),
      };
    }
    case MessageType.Update:
      return updateToJson(message);
    case MessageType.Notification: {
      const { code, subcode, data } = message;
      const words = shutdownCommunication(message);
      return {
        type: "notification",
        code,
        subcode,
        name: notificationName(code, subcode),
        ...(words === undefined ? {} : { message: words }),
        data: toHex(data),
      };
    }
    case MessageType.Keepalive:
      return { type: "keepalive" };
    case MessageType.RouteRefresh:
      return { type: "route-refresh", family: familyName(message.family), subtype: message.subtype };
    case MessageType.Malformed:
      return {
        type: "malformed",
        typeCode: message.typeCode,
        outcome: outcomeNames[message.outcome],
        problems: message.problems.map(problemToJson),
        notification: notificationToJson(message.notification),
      };
    default:
      return message satisfies never;
  }
}

function updateToJson(message: UpdateMessage): JsonObject {
  return {
    type: "update",
    length: message.length,
    outcome: outcomeNames[message.outcome],
    problems: message.problems.map(problemToJson),
    notification: message.notification === null ? null : notificationToJson(message.notification),
    withdrawn: nlriToJson(message.withdrawn),
    attributes: attributesToJson(message.attributes),
    nlri: nlriToJson(message.nlri),
    ...(message.endOfRib === -1 ? {} : { endOfRib: familyName(message.endOfRib) }),
  };
}

/** `asPath` and `aggregator` are the true ones from a two-octet peer as well; what AS4_PATH and AS4_AGGREGATOR said stands beside them. */
function attributesToJson(attributes: PathAttributes): JsonObject {
  const wire = attributes.wireValues();
  const { asPath, aggregator } = attributes.materialise();
  const values: AttributeValues = {
    ...wire,
    ...(asPath === undefined ? {} : { asPath }),
    ...(aggregator === undefined ? {} : { aggregator }),
  };
  const json: Record<string, Json> = {};
  for (const spec of attributeSpecs) {
    const value = spec.json(values);
    if (spec.property !== null && value !== undefined) json[spec.property] = value;
  }
  const { mpReach, mpUnreach } = attributes;
  if (mpReach !== null) {
    json.mpReach = {
      family: familyName(mpReach.family),
      nextHop: nextHopToJson(mpReach),
      nlri: nlriToJson(mpReach.nlri),
    };
  }
  if (mpUnreach !== null) json.mpUnreach = { family: familyName(mpUnreach.family), nlri: nlriToJson(mpUnreach.nlri) };
  if (wire.unknown !== undefined) {
    json.unknown = wire.unknown.map(({ code, flags, value }) => ({ code, flags, value: toHex(value) }));
  }
  return json;
}

/** The addresses where the family or the length says how many there are, else the octets. */
function nextHopToJson({ family, nextHop }: MpReach): Json {
  const rd = nlriSpec(family)?.nextHopRdOctets ?? 0;
  switch (nextHop.length) {
    case rd + 4:
    case rd + 16:
      return [vpnAddress(nextHop, 0, nextHop.length, rd)];
    case 2 * (rd + 16):
      return [vpnAddress(nextHop, 0, rd + 16, rd), vpnAddress(nextHop, rd + 16, nextHop.length, rd)];
    default:
      return [toHex(nextHop)];
  }
}

/** An address of a next hop; its route distinguisher is shown only where it is not zero, which it should always be (RFC 4364 §4.3.2). */
function vpnAddress(bytes: Uint8Array, start: number, end: number, rd: number): string {
  const address = formatAddress(bytes, start + rd, end - start - rd);
  const zero = bytes.subarray(start, start + rd).every((octet) => octet === 0);
  return zero ? address : `${formatRouteDistinguisher(bytes, start)}:${address}`;
}

/** A string, or an object where the route has more than its prefix: a path identifier, labels, a route distinguisher. */
function nlriToJson(nlri: NlriView): readonly Json[] {
  if (nlri.opaque) return nlri.isEmpty ? [] : [{ raw: toHex(nlri.bytes, nlri.start, nlri.end) }];
  const length = addressLength(nlri.family);
  return nlri.materialise().map(({ bytes, lengthBits, pathId, labels, rd }) => {
    const prefix = formatPrefixAt(bytes, 0, lengthBits, length);
    if (pathId < 0 && labels === undefined && rd === undefined) return prefix;
    return {
      prefix,
      ...(pathId < 0 ? {} : { pathId }),
      ...(labels === undefined ? {} : { labels }),
      ...(rd === undefined ? {} : { rd: formatRouteDistinguisher(rd) }),
    };
  });
}

function capabilityToJson(capability: Capability): Json {
  const { code, name } = capability;
  if (capability.name === "unknown") return { code, name, value: toHex(capability.value) };
  return capabilitySpec(code)?.json(capability) ?? { code, name };
}

function problemToJson({ attribute, rule, rfc }: Problem): Json {
  return attribute === 0 ? { attribute, rule, rfc } : { attribute, name: attributeName(attribute), rule, rfc };
}

function notificationToJson({ code, subcode, data }: NotificationBody): Json {
  return { code, subcode, data: toHex(data) };
}
