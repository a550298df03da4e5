/** RTM_NEWROUTE, RTM_DELROUTE and RTM_GETROUTE: `struct rtmsg`, `struct rtnexthop` and RTA_* attributes. Pure. */
import { formatAddress } from "../host/address-text.ts";
import { AF } from "../libc/constants.ts";
import { LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import { NLM_F, ROUTE_TYPES, RTA, RTM, RTNH_F_ONLINK } from "./constants.ts";
import { attributeUint32, forEachAttribute, MessageWriter, type NetlinkMessage } from "./message.ts";
import { scopeName } from "./scope.ts";
import type { KernelNextHop, KernelRoute } from "./types.ts";

const RT_SCOPE_NOWHERE = 255;

/** A next hop as it goes on the wire. */
export interface NextHopWire {
  readonly gateway: Uint8Array | undefined;
  /** 0 lets the kernel find the interface from the gateway. */
  readonly ifindex: number;
  /** 1..256. */
  readonly weight: number;
  readonly onlink: boolean;
}

/** A route as it goes on the wire: everything resolved and checked. */
export interface RouteWire {
  readonly destination: Uint8Array;
  readonly prefixLength: number;
  readonly type: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly priority: number;
  readonly source: Uint8Array | undefined;
  readonly nextHops: readonly NextHopWire[];
}

const familyOf = (octets: Uint8Array): number => (octets.length === 4 ? AF.inet : AF.inet6);

// rtm_table has eight bits; RTA_TABLE carries the rest.
const tableByte = (table: number): number => (table > 255 ? 0 : table);

/** RTM_NEWROUTE that creates the route, or replaces the one with the same destination, table and priority. */
export function encodeReplaceRoute(wire: RouteWire, sequence: number): Uint8Array {
  const flags = NLM_F.request | NLM_F.ack | NLM_F.create | NLM_F.replace;
  const only = wire.nextHops.length === 1 ? wire.nextHops[0] : undefined;
  const writer = routeHeader(RTM.newRoute, flags, wire, wire.scope, only?.onlink ? RTNH_F_ONLINK : 0, sequence);
  if (only !== undefined) {
    if (only.ifindex !== 0) writer.attributeUint32(RTA.outInterface, only.ifindex);
    writeGateway(writer, only.gateway, wire.destination);
  } else if (wire.nextHops.length > 1) {
    writer.container(
      RTA.multipath,
      () => {
        for (const hop of wire.nextHops) writeNextHop(writer, hop, wire.destination);
      },
      false,
    );
  }
  return writer.finish();
}

/** RTM_DELROUTE by destination, table, type, and protocol and priority where they are not 0; all next hops go. */
export function encodeDelRoute(
  wire: Pick<RouteWire, "destination" | "prefixLength" | "type" | "table" | "protocol" | "priority">,
  sequence: number,
): Uint8Array {
  return routeHeader(
    RTM.delRoute,
    NLM_F.request | NLM_F.ack,
    { ...wire, source: undefined },
    RT_SCOPE_NOWHERE,
    0,
    sequence,
  ).finish();
}

/** RTM_GETROUTE dump of one family (AF_*, 0 for all). Filters are applied by the caller: old kernels know none. */
export function encodeGetRoutes(family: number, sequence: number): Uint8Array {
  return new MessageWriter(RTM.getRoute, NLM_F.request | NLM_F.dump, sequence)
    .uint32(family)
    .uint32(0)
    .uint32(0)
    .finish();
}

function routeHeader(
  messageType: number,
  messageFlags: number,
  wire: Omit<RouteWire, "scope" | "nextHops">,
  scope: number,
  routeFlags: number,
  sequence: number,
): MessageWriter {
  const writer = new MessageWriter(messageType, messageFlags, sequence)
    .uint8(familyOf(wire.destination))
    .uint8(wire.prefixLength)
    .uint8(0)
    .uint8(0)
    .uint8(tableByte(wire.table))
    .uint8(wire.protocol)
    .uint8(scope)
    .uint8(wire.type)
    .uint32(routeFlags);
  if (wire.prefixLength > 0) writer.attribute(RTA.destination, wire.destination);
  writer.attributeUint32(RTA.table, wire.table);
  if (wire.priority !== 0) writer.attributeUint32(RTA.priority, wire.priority);
  if (wire.source !== undefined) writer.attribute(RTA.preferredSource, wire.source);
  return writer;
}

function writeNextHop(writer: MessageWriter, hop: NextHopWire, destination: Uint8Array): void {
  writer.prefixed(() => {
    writer
      .uint8(hop.onlink ? RTNH_F_ONLINK : 0)
      .uint8(hop.weight - 1)
      .uint32(hop.ifindex);
    writeGateway(writer, hop.gateway, destination);
  });
}

// A gateway of the other family travels in RTA_VIA (`struct rtvia`: family, address), as RFC 8950 next hops need.
function writeGateway(writer: MessageWriter, gateway: Uint8Array | undefined, destination: Uint8Array): void {
  if (gateway === undefined) return;
  if (gateway.length === destination.length) {
    writer.attribute(RTA.gateway, gateway);
    return;
  }
  const via = new Uint8Array(2 + gateway.length);
  viewOf(via).setUint16(0, familyOf(gateway), LITTLE_ENDIAN);
  via.set(gateway, 2);
  writer.attribute(RTA.via, via);
}

/** Decodes RTM_NEWROUTE or RTM_DELROUTE; undefined for other families and for messages too short to be one. */
export function decodeRoute(
  message: NetlinkMessage,
  interfaceName: (ifindex: number) => string,
): KernelRoute | undefined {
  const { bytes, start, end } = message;
  if (end - start < 12) return undefined;
  const family = bytes[start]!;
  if (family !== AF.inet && family !== AF.inet6) return undefined;
  const length = bytes[start + 1]!;
  let destination: Uint8Array = new Uint8Array(family === AF.inet ? 4 : 16);
  let table = bytes[start + 4]!;
  let priority = 0;
  let source = "";
  let gateway = "";
  let ifindex = 0;
  const nextHops: KernelNextHop[] = [];
  forEachAttribute(bytes, start + 12, end, (type, value) => {
    switch (type) {
      case RTA.destination:
        destination = value;
        break;
      case RTA.table:
        table = attributeUint32(value);
        break;
      case RTA.priority:
        priority = attributeUint32(value);
        break;
      case RTA.preferredSource:
        source = formatAddress(value);
        break;
      case RTA.outInterface:
        ifindex = attributeUint32(value);
        break;
      case RTA.gateway:
        gateway = formatAddress(value);
        break;
      case RTA.via:
        gateway = formatAddress(value.subarray(2));
        break;
      case RTA.multipath:
        decodeNextHops(value, interfaceName, nextHops);
        break;
    }
  });
  if (nextHops.length === 0 && (ifindex !== 0 || gateway !== "")) {
    const flags = viewOf(bytes).getUint32(start + 8, LITTLE_ENDIAN) & 0xff;
    nextHops.push({ gateway, ifindex, interface: interfaceName(ifindex), weight: 1, flags });
  }
  return {
    family: family === AF.inet ? "ipv4" : "ipv6",
    destination: `${formatAddress(destination)}/${length}`,
    table,
    type: ROUTE_TYPES[bytes[start + 7]!] ?? "unspecified",
    protocol: bytes[start + 5]!,
    scope: scopeName(bytes[start + 6]!),
    priority,
    source,
    nextHops,
  };
}

function decodeNextHops(
  value: Uint8Array,
  interfaceName: (ifindex: number) => string,
  nextHops: KernelNextHop[],
): void {
  const view = viewOf(value);
  let offset = 0;
  while (offset + 8 <= value.length) {
    const length = view.getUint16(offset, LITTLE_ENDIAN);
    if (length < 8 || offset + length > value.length) return;
    const ifindex = view.getUint32(offset + 4, LITTLE_ENDIAN);
    let gateway = "";
    forEachAttribute(value, offset + 8, offset + length, (type, bytes) => {
      if (type === RTA.gateway) gateway = formatAddress(bytes);
      else if (type === RTA.via) gateway = formatAddress(bytes.subarray(2));
    });
    nextHops.push({
      gateway,
      ifindex,
      interface: interfaceName(ifindex),
      weight: value[offset + 3]! + 1,
      flags: value[offset + 2]!,
    });
    offset += (length + 3) & ~3;
  }
}
