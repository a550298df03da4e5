/** Checks what a caller asks for and turns it into what goes on the wire. Bad input is a thrown `LinuxError` EINVAL. */
import { addressBits, parseAddress, parsePrefix } from "../host/address-text.ts";
import { ERRNO } from "../libc/constants.ts";
import { LinuxError } from "../libc/linux-error.ts";
import type { AddressWire } from "./address-codec.ts";
import { ROUTE_PROTOCOL_STATIC, ROUTE_TABLE, ROUTE_TYPES } from "./constants.ts";
import type { NextHopWire, RouteWire } from "./route-codec.ts";
import { scopeNumber } from "./scope.ts";
import type {
  AddressFamily,
  AddressReference,
  AddressRequest,
  InterfaceReference,
  NextHopRequest,
  RouteRequest,
} from "./types.ts";

/** Finds the index of an interface, or throws `LinuxError` ENODEV. */
export type InterfaceResolver = (reference: InterfaceReference, operation: string) => number;

const MAX_UINT32 = 0xffffffff;

export function invalid(operation: string, detail: string): LinuxError {
  return new LinuxError({ errno: ERRNO.EINVAL, operation, detail });
}

function checkRange(operation: string, what: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw invalid(operation, `${what} is ${value}, and must be a whole number from ${low} to ${high}`);
}

function checkSeconds(operation: string, what: string, value: number, low: number): number {
  return value === Number.POSITIVE_INFINITY ? value : checkRange(operation, what, value, low, MAX_UINT32 - 1);
}

function octetsOf(operation: string, family: AddressFamily, text: string): Uint8Array {
  const octets = text.includes("%") ? undefined : parseAddress(text);
  if (octets === undefined || octets.length * 8 !== addressBits(family)) {
    throw invalid(operation, `"${text}" is not an ${family === "ipv4" ? "IPv4" : "IPv6"} address`);
  }
  return octets;
}

/** The interface as a person wrote it, for error messages. */
export function interfaceText(reference: InterfaceReference): string {
  return reference.interface ?? (reference.ifindex === undefined ? "no interface" : `interface ${reference.ifindex}`);
}

/** "192.0.2.10/32 on lo" or "192.0.2.10/32 to lo". */
export function addressText(request: AddressReference, preposition: string): string {
  const length = request.prefixLength ?? addressBits(request.family);
  return `${request.address}/${length} ${preposition} ${interfaceText(request)}`;
}

export function addressWire(operation: string, request: AddressRequest, resolve: InterfaceResolver): AddressWire {
  const octets = octetsOf(operation, request.family, request.address);
  const label = request.label ?? "";
  if (label !== "" && request.family === "ipv6") throw invalid(operation, "IPv6 addresses have no label");
  if (new TextEncoder().encode(label).length > 15) {
    throw invalid(operation, `the label "${label}" is longer than 15 bytes`);
  }
  const validLifetime = checkSeconds(operation, "validLifetime", request.validLifetime ?? Number.POSITIVE_INFINITY, 1);
  const preferred = request.preferredLifetime ?? validLifetime;
  return {
    octets,
    prefixLength: checkRange(
      operation,
      "prefixLength",
      request.prefixLength ?? octets.length * 8,
      0,
      octets.length * 8,
    ),
    ifindex: resolve(request, operation),
    scope: checkRange(operation, "scope", scopeNumber(request.scope ?? "global"), 0, 255),
    flags: checkRange(operation, "flags", request.flags ?? 0, 0, MAX_UINT32),
    proto: checkRange(operation, "proto", request.proto ?? 0, 0, 255),
    rtPriority: checkRange(operation, "rtPriority", request.rtPriority ?? 0, 0, MAX_UINT32),
    label,
    preferredLifetime: checkSeconds(operation, "preferredLifetime", preferred, 0),
    validLifetime,
  };
}

export function addressReferenceWire(
  operation: string,
  reference: AddressReference,
  resolve: InterfaceResolver,
): Pick<AddressWire, "octets" | "prefixLength" | "ifindex" | "label"> {
  const octets = octetsOf(operation, reference.family, reference.address);
  const bits = octets.length * 8;
  return {
    octets,
    prefixLength: checkRange(operation, "prefixLength", reference.prefixLength ?? bits, 0, bits),
    ifindex: resolve(reference, operation),
    label: reference.label ?? "",
  };
}

export function routeWire(operation: string, request: RouteRequest, resolve: InterfaceResolver): RouteWire {
  const prefix = parsePrefix(request.destination);
  if (prefix === undefined || prefix.family !== request.family) {
    const kind = request.family === "ipv4" ? "IPv4" : "IPv6";
    throw invalid(operation, `"${request.destination}" is not an ${kind} prefix with all host bits zero`);
  }
  const type = request.type ?? "unicast";
  const nextHops = requestedNextHops(request).map((hop) => nextHopWire(operation, hop, resolve));
  if (type === "unicast" && nextHops.length === 0) throw invalid(operation, "a unicast route needs a next hop");
  return {
    destination: prefix.bytes,
    prefixLength: prefix.length,
    type: ROUTE_TYPES.indexOf(type),
    table: checkRange(operation, "table", request.table ?? defaultTable(type), 1, MAX_UINT32),
    protocol: checkRange(operation, "protocol", request.protocol ?? ROUTE_PROTOCOL_STATIC, 1, 255),
    scope: routeScope(request.family, type, nextHops),
    priority: checkRange(operation, "priority", request.priority ?? 0, 0, MAX_UINT32),
    source: request.source === undefined ? undefined : octetsOf(operation, request.family, request.source),
    nextHops,
  };
}

/** Routes of type local live in the table that decides what is delivered on this host. */
function defaultTable(type: RouteRequest["type"]): number {
  return type === "local" ? ROUTE_TABLE.local : ROUTE_TABLE.main;
}

function requestedNextHops(request: RouteRequest): readonly NextHopRequest[] {
  if (request.nextHops !== undefined) return request.nextHops;
  if (request.interface === undefined && request.ifindex === undefined) return [];
  return [
    {
      ...(request.interface === undefined ? {} : { interface: request.interface }),
      ...(request.ifindex === undefined ? {} : { ifindex: request.ifindex }),
    },
  ];
}

function nextHopWire(operation: string, hop: NextHopRequest, resolve: InterfaceResolver): NextHopWire {
  const gateway = hop.gateway === undefined ? undefined : parseAddress(hop.gateway);
  if (hop.gateway !== undefined && (gateway === undefined || hop.gateway.includes("%"))) {
    throw invalid(operation, `the gateway "${hop.gateway}" is not an address without a zone`);
  }
  const named = hop.interface !== undefined || hop.ifindex !== undefined;
  if (gateway === undefined && !named) throw invalid(operation, "a next hop needs a gateway or an interface");
  return {
    gateway,
    ifindex: named ? resolve(hop, operation) : 0,
    weight: checkRange(operation, "weight", hop.weight ?? 1, 1, 256),
    onlink: hop.onlink ?? false,
  };
}

// IPv4 wants a scope no wider than what the route reaches: host for local, link for directly connected.
function routeScope(family: AddressFamily, type: RouteRequest["type"], nextHops: readonly NextHopWire[]): number {
  if (family === "ipv6") return 0;
  if (type === "local") return scopeNumber("host");
  const direct = type === "unicast" || type === undefined;
  return direct && nextHops.every((hop) => hop.gateway === undefined) ? scopeNumber("link") : 0;
}
