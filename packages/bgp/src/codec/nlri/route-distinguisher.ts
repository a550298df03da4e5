import { formatRouterId, parseRouterId } from "../../bytes/address.ts";
import { toHex } from "../../bytes/hex.ts";
import { readU16, readU32 } from "../../bytes/reader.ts";

/** Octets of a route distinguisher (RFC 4364 §4.2). */
const routeDistinguisherLength = 8;

/** What the first two octets of a route distinguisher say about the other six (RFC 4364 §4.2). */
const RdType = { TwoOctetAs: 0, Ipv4Address: 1, FourOctetAs: 2 } as const;

/**
 * Text of the eight octets at `at`: `65000:1` (a two-octet AS), `192.0.2.1:1`, `4200000000:1` (a four-octet AS), or the
 * octets in hexadecimal when the type is none of RFC 4364 §4.2. A four-octet AS that would fit into two is written
 * `65000L:1`, so that no two route distinguishers share a text.
 */
export function formatRouteDistinguisher(bytes: Uint8Array, at = 0): string {
  switch (readU16(bytes, at)) {
    case RdType.TwoOctetAs:
      return `${readU16(bytes, at + 2)}:${readU32(bytes, at + 4)}`;
    case RdType.Ipv4Address:
      return `${formatRouterId(readU32(bytes, at + 2))}:${readU16(bytes, at + 6)}`;
    case RdType.FourOctetAs: {
      const asn = readU32(bytes, at + 2);
      return `${asn}${asn > 0xffff ? "" : "L"}:${readU16(bytes, at + 6)}`;
    }
    default:
      return toHex(bytes, at, at + routeDistinguisherLength);
  }
}

/** The eight octets of what {@link formatRouteDistinguisher} writes; undefined for any other text or a number out of range. */
export function parseRouteDistinguisher(text: string): Uint8Array | undefined {
  const match = /^(?:((?:\d{1,3}\.){3}\d{1,3})|(\d{1,10})(L?)):(\d{1,10})$/.exec(text);
  if (match === null) return undefined;
  const [, address, asnText, long, assignedText] = match;
  const assigned = Number(assignedText);
  const bytes = new Uint8Array(routeDistinguisherLength);
  const view = new DataView(bytes.buffer);
  if (address !== undefined) {
    const routerId = parseRouterId(address);
    if (routerId === undefined || assigned > 0xffff) return undefined;
    view.setUint16(0, RdType.Ipv4Address);
    view.setUint32(2, routerId);
    view.setUint16(6, assigned);
    return bytes;
  }
  const asn = Number(asnText);
  if (asn > 0xffff || long === "L") {
    if (asn > 0xffff_ffff || assigned > 0xffff) return undefined;
    view.setUint16(0, RdType.FourOctetAs);
    view.setUint32(2, asn);
    view.setUint16(6, assigned);
    return bytes;
  }
  if (assigned > 0xffff_ffff) return undefined;
  view.setUint16(2, asn);
  view.setUint32(4, assigned);
  return bytes;
}
