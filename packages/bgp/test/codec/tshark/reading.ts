import { formatRouterId } from "../../../src/bytes/address.ts";
import { toHex } from "../../../src/bytes/hex.ts";
import { type Message, MessageType, type UpdateMessage } from "../../../src/codec/message.ts";
import { formatPrefix } from "../../../src/codec/nlri/prefix.ts";
import type { NlriView } from "../../../src/codec/nlri/view.ts";
import { shutdownCommunication } from "../../../src/codec/shutdown-communication.ts";
import { afiOf, Family, safiOf } from "../../../src/iana/afi-safi.ts";
import { attributeReadings } from "./attribute-readings.ts";
import { capabilityReadings } from "./capability-readings.ts";
import { firstOf, type Tree, treesOf, visit } from "./dissect.ts";

/** What a message says, field by field, as plain JSON that can be compared. */
export type Reading = Record<string, unknown>;

const attribute = "bgp.update.path_attribute";

/** tshark's reading of the fields that {@link ours} reads. */
export function theirs(tree: Tree, message: Message): Reading {
  const header = { type: number(tree, "bgp.type"), length: number(tree, "bgp.length") };
  switch (message.type) {
    case MessageType.Open:
      return {
        ...header,
        version: number(tree, "bgp.open.version"),
        myAutonomousSystem: number(tree, "bgp.open.myas"),
        holdTime: number(tree, "bgp.open.holdtime"),
        routerId: firstOf(tree, "bgp.open.identifier"),
        capabilities: treesOf(tree, "bgp.cap").map((capability) => {
          const code = number(capability, "bgp.cap.type");
          const reading = message.capabilities.some((own) => own.code === code && own.name !== "unknown")
            ? capabilityReadings.get(code)
            : undefined;
          return [code, reading === undefined ? unread(capability) : reading.theirs(capability)];
        }),
      };
    case MessageType.Notification: {
      const subcode = Object.entries(tree).find(([field]) => field.startsWith("bgp.notify.minor_error"))?.[1];
      const words = firstOf(tree, "bgp.notify.communication");
      const said = words === undefined ? { data: octets(firstOf(tree, "bgp.notify.minor_data")) } : { words };
      return { ...header, code: number(tree, "bgp.notify.major_error"), subcode: Number(subcode), ...said };
    }
    case MessageType.RouteRefresh:
      return {
        ...header,
        afi: number(tree, "bgp.route_refresh.afi"),
        safi: number(tree, "bgp.route_refresh.safi"),
        subtype: number(tree, "bgp.route_refresh.subtype"),
      };
    case MessageType.Keepalive:
      return header;
    case MessageType.Update: {
      const read: Reading = {
        ...header,
        withdrawn: prefixes(treesOf(tree, "bgp.update.withdrawn_routes")),
        nlri: prefixes(treesOf(tree, "bgp.update.nlri")),
      };
      const seen = new Set<number>();
      for (const part of treesOf(tree, attribute)) {
        const code = number(part, `${attribute}.type_code`);
        // What the decoder dropped, or had seen before, is not there to compare.
        if (!message.attributes.has(code) || seen.has(code)) continue;
        seen.add(code);
        read[`${code} header`] = [
          Number(firstOf(part, `${attribute}.flags`)) & 0xe0,
          number(part, `${attribute}.length`),
        ];
        readReachability(read, part, message);
        const reading = attributeReadings.get(code);
        if (reading !== undefined) read[`${code} value`] = reading.theirs(part);
      }
      return read;
    }
    default:
      return message satisfies never;
  }
}

function readReachability(read: Reading, part: Tree, { attributes }: UpdateMessage): void {
  for (const name of ["mp_reach_nlri", "mp_unreach_nlri"]) {
    const afi = firstOf(part, `${attribute}.${name}.afi`);
    if (afi === undefined) continue;
    read[`${name} family`] = [Number(afi), number(part, `${attribute}.${name}.safi`)];
    const nextHop = firstOf(part, `${attribute}.${name}.next_hop`);
    // tshark's field begins with the length octet.
    if (nextHop !== undefined) read[`${name} next hop`] = octets(nextHop)?.slice(2);
    const own = name === "mp_reach_nlri" ? attributes.mpReach : attributes.mpUnreach;
    if (own?.nlri.opaque === false) read[`${name} nlri`] = prefixes(treesOf(part, `${attribute}.${name}`));
  }
}

/** Our decoder's reading. */
export function ours(message: Message, bytes: Uint8Array): Reading {
  const header = { type: message.type, length: bytes.length };
  switch (message.type) {
    case MessageType.Open:
      return {
        ...header,
        version: message.version,
        myAutonomousSystem: message.myAutonomousSystem,
        holdTime: message.holdTime,
        routerId: formatRouterId(message.routerId),
        capabilities: message.capabilities.map((capability) => {
          const reading = capability.name === "unknown" ? undefined : capabilityReadings.get(capability.code);
          if (reading !== undefined) return [capability.code, reading.ours(capability)];
          return [capability.code, capability.name === "unknown" ? capability.value.length : -1];
        }),
      };
    case MessageType.Notification: {
      const { code, subcode, data } = message;
      // tshark looks for words where RFC 9003 §2 puts them, and not inside a Hard Reset.
      const words = code === 6 && subcode !== 9 ? shutdownCommunication(message) : undefined;
      return { ...header, code, subcode, ...(words === undefined ? { data: toHex(data) } : { words }) };
    }
    case MessageType.RouteRefresh:
      return { ...header, afi: afiOf(message.family), safi: safiOf(message.family), subtype: message.subtype };
    case MessageType.Keepalive:
      return header;
    case MessageType.Update: {
      const { attributes } = message;
      const { mpReach, mpUnreach } = attributes;
      const read: Reading = { ...header, withdrawn: texts(message.withdrawn), nlri: texts(message.nlri) };
      const values = attributes.wireValues();
      attributes.forEach((code, flags, _bytes, start, end) => {
        read[`${code} header`] = [flags & 0xe0, end - start];
        const reading = attributeReadings.get(code);
        if (reading !== undefined) read[`${code} value`] = reading.ours(values);
      });
      if (mpReach !== null) {
        read["mp_reach_nlri family"] = [afiOf(mpReach.family), safiOf(mpReach.family)];
        read["mp_reach_nlri next hop"] = toHex(mpReach.nextHop);
        if (!mpReach.nlri.opaque) read["mp_reach_nlri nlri"] = texts(mpReach.nlri);
      }
      if (mpUnreach !== null) {
        read["mp_unreach_nlri family"] = [afiOf(mpUnreach.family), safiOf(mpUnreach.family)];
        if (!mpUnreach.nlri.opaque) read["mp_unreach_nlri nlri"] = texts(mpUnreach.nlri);
      }
      return read;
    }
    default:
      return message satisfies never;
  }
}

function number(tree: Tree, field: string): number {
  return Number(firstOf(tree, field) ?? Number.NaN);
}

/** `0a:0b` as `0a0b`. */
function octets(text = ""): string {
  return text.replaceAll(":", "");
}

/** What is left of a capability that one side does not take apart: its length. */
function unread(capability: Tree): number {
  return number(capability, "bgp.cap.length");
}

/** `pathId labels rd:address/length` of each prefix below, without what is not there. */
function prefixes(trees: readonly Tree[]): string[] {
  const texts: string[] = [];
  for (const tree of trees) {
    visit(tree, (part) => {
      const length = part["bgp.prefix_length"];
      const address = Object.entries(part).find(([field]) => field.endsWith("_prefix"))?.[1];
      const stack = labelStack(part);
      if (typeof length !== "string" || typeof address !== "string") {
        // Of VPN-IPv6 tshark 4.0 has a field for the labels only.
        texts.push(...stack.map((labels) => labels.join(",")));
        return;
      }
      const pathId = part["bgp.nlri_path_id"];
      const rd = part["bgp.rd"];
      const [labels = []] = stack;
      // Its length is that of the whole NLRI.
      const bits = Number(length) - 24 * labels.length - (rd === undefined ? 0 : 64);
      const shown = labels.filter((label) => label !== withdrawnLabel);
      texts.push(
        line(typeof pathId === "string" ? pathId : "", shown, `${rd === undefined ? "" : `${rd}:`}${address}/${bits}`),
      );
    });
  }
  return texts;
}

const withdrawnLabel = "withdrawn";

/** `100,101 (bottom)`, once or several times. */
function labelStack(part: Tree): string[][] {
  const field = part["bgp.label_stack"];
  const stacks = field === undefined ? [] : Array.isArray(field) ? (field as readonly string[]) : [field as string];
  return stacks.map((text) =>
    text.endsWith("(withdrawn)") ? [withdrawnLabel] : text.replace(" (bottom)", "").split(","),
  );
}

function texts(nlri: NlriView): string[] {
  return nlri.materialise().map((prefix) => {
    const labels = (prefix.labels ?? []).map(String);
    if (nlri.family === Family.Ipv6Vpn) return nlri.withdrawn ? withdrawnLabel : labels.join(",");
    // Our `L` marks a small AS number of four octets; tshark has no mark.
    const text = formatPrefix(prefix).replace(/^(\d+)L:/, "$1:");
    return line(prefix.pathId < 0 ? "" : `${prefix.pathId}`, labels, text);
  });
}

function line(pathId: string, labels: readonly string[], prefix: string): string {
  return [pathId, labels.join(","), prefix].filter((part) => part !== "").join(" ");
}
