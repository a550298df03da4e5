import { formatAddress } from "../../bytes/address.ts";
import { toHex } from "../../bytes/hex.ts";
import { readU16, readU32 } from "../../bytes/reader.ts";
import { BgpEncodeError, checkLength, checkRange } from "../encode-error.ts";

/** Octets of an extended community (RFC 4360 §2). */
const length = 8;

/** The high octet of the type: how the value is divided (RFC 4360 §3, RFC 5668 §2). Set in {@link nonTransitive} ones: 0x40. */
const TypeHigh = { TwoOctetAs: 0x00, Ipv4Address: 0x01, FourOctetAs: 0x02, Opaque: 0x03 } as const;
/** RFC 4360 §2: "Non-transitive across" ASes. */
const nonTransitive = 0x40;
const SubType = { RouteTarget: 0x02, RouteOrigin: 0x03, LinkBandwidth: 0x04, Color: 0x0b } as const;

/**
 * An extended community as a value. Everything that is none of the kinds with a name is `raw`, and what is one comes back octet for
 * octet from {@link encodeExtendedCommunity}.
 */
export type ExtendedCommunity =
  /** RFC 4360 §4 (and §5 for the origin): whose routes these are. An AS of two octets has a local number of four, and the other way round. */
  | {
      readonly kind: "route-target" | "route-origin";
      readonly as: "two-octet" | "four-octet";
      readonly asn: number;
      readonly local: number;
    }
  | { readonly kind: "route-target" | "route-origin"; readonly address: Uint8Array; readonly local: number }
  /** draft-ietf-idr-link-bandwidth §2: octets per second as a float of 32 bits, not negative, non-transitive unless a sender chose otherwise. */
  | {
      readonly kind: "link-bandwidth";
      readonly transitive: boolean;
      readonly asn: number;
      readonly bytesPerSecond: number;
    }
  /** RFC 9012 §4.3. */
  | { readonly kind: "color"; readonly flags: number; readonly color: number }
  | { readonly kind: "raw"; readonly value: Uint8Array };

/** What the eight octets at `at` mean; octets of an unknown type are kept (RFC 7606 §7.14: never an error). The caller has checked the bounds. */
export function decodeExtendedCommunity(bytes: Uint8Array, at = 0): ExtendedCommunity {
  const subtype = bytes[at + 1]!;
  switch (bytes[at]) {
    case TypeHigh.TwoOctetAs:
      if (subtype === SubType.LinkBandwidth) return linkBandwidth(bytes, at, true);
      if (!isRouteKind(subtype)) break;
      return { kind: kindOf(subtype), as: "two-octet", asn: readU16(bytes, at + 2), local: readU32(bytes, at + 4) };
    case TypeHigh.Ipv4Address:
      if (!isRouteKind(subtype)) break;
      return { kind: kindOf(subtype), address: bytes.slice(at + 2, at + 6), local: readU16(bytes, at + 6) };
    case TypeHigh.FourOctetAs:
      if (!isRouteKind(subtype)) break;
      return { kind: kindOf(subtype), as: "four-octet", asn: readU32(bytes, at + 2), local: readU16(bytes, at + 6) };
    case TypeHigh.Opaque:
      if (subtype !== SubType.Color) break;
      return { kind: "color", flags: readU16(bytes, at + 2), color: readU32(bytes, at + 4) };
    case TypeHigh.TwoOctetAs | nonTransitive:
      if (subtype === SubType.LinkBandwidth) return linkBandwidth(bytes, at, false);
      break;
  }
  return { kind: "raw", value: bytes.slice(at, at + length) };
}

type RouteKind = "route-target" | "route-origin";

function isRouteKind(subtype: number): boolean {
  return subtype === SubType.RouteTarget || subtype === SubType.RouteOrigin;
}

function kindOf(subtype: number): RouteKind {
  return subtype === SubType.RouteTarget ? "route-target" : "route-origin";
}

function linkBandwidth(bytes: Uint8Array, at: number, transitive: boolean): ExtendedCommunity {
  const bytesPerSecond = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(at + 4);
  // What is no rate (NaN in its many forms, an infinity, anything with the sign bit) is known by its octets alone.
  if (bytes[at + 4]! >= 0x80 || !Number.isFinite(bytesPerSecond)) {
    return { kind: "raw", value: bytes.slice(at, at + length) };
  }
  return { kind: "link-bandwidth", transitive, asn: readU16(bytes, at + 2), bytesPerSecond };
}

/** The eight octets; throws BgpEncodeError for a number that does not fit. */
export function encodeExtendedCommunity(community: ExtendedCommunity): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  switch (community.kind) {
    case "route-target":
    case "route-origin":
      bytes[1] = community.kind === "route-target" ? SubType.RouteTarget : SubType.RouteOrigin;
      if ("address" in community) {
        checkLength("extendedCommunity.address", community.address, 4);
        checkRange("extendedCommunity.local", community.local, 0, 0xffff);
        bytes[0] = TypeHigh.Ipv4Address;
        bytes.set(community.address, 2);
        view.setUint16(6, community.local);
      } else if (community.as === "two-octet") {
        checkRange("extendedCommunity.asn", community.asn, 0, 0xffff);
        checkRange("extendedCommunity.local", community.local, 0, 0xffff_ffff);
        view.setUint16(2, community.asn);
        view.setUint32(4, community.local);
      } else {
        checkRange("extendedCommunity.asn", community.asn, 0, 0xffff_ffff);
        checkRange("extendedCommunity.local", community.local, 0, 0xffff);
        bytes[0] = TypeHigh.FourOctetAs;
        view.setUint32(2, community.asn);
        view.setUint16(6, community.local);
      }
      return bytes;
    case "link-bandwidth":
      checkRange("extendedCommunity.asn", community.asn, 0, 0xffff);
      bytes[0] = community.transitive ? TypeHigh.TwoOctetAs : TypeHigh.TwoOctetAs | nonTransitive;
      bytes[1] = SubType.LinkBandwidth;
      view.setUint16(2, community.asn);
      view.setFloat32(4, checkRate(community.bytesPerSecond));
      return bytes;
    case "color":
      checkRange("extendedCommunity.flags", community.flags, 0, 0xffff);
      checkRange("extendedCommunity.color", community.color, 0, 0xffff_ffff);
      bytes[0] = TypeHigh.Opaque;
      bytes[1] = SubType.Color;
      view.setUint16(2, community.flags);
      view.setUint32(4, community.color);
      return bytes;
    case "raw":
      checkLength("extendedCommunity.value", community.value, length);
      return community.value.slice();
    default:
      return community satisfies never;
  }
}

/** The largest number a float of 32 bits can hold. */
const maxRate = 3.4028234663852886e38;

function checkRate(bytesPerSecond: number): number {
  if (!(typeof bytesPerSecond === "number" && bytesPerSecond >= 0 && bytesPerSecond <= maxRate)) {
    throw new BgpEncodeError("value-range", "extendedCommunity.bytesPerSecond", `${bytesPerSecond} is no rate`);
  }
  // Adding nothing takes the sign from a zero.
  return bytesPerSecond + 0;
}

/** `target:65000:1`, `origin:192.0.2.1:1`, `bandwidth:65000:1250000`, `color:100`; octets in hexadecimal for the rest. For display. */
export function formatExtendedCommunity(bytes: Uint8Array): string {
  const community = decodeExtendedCommunity(bytes);
  switch (community.kind) {
    case "route-target":
    case "route-origin": {
      const who = "address" in community ? formatAddress(community.address) : `${community.asn}`;
      return `${community.kind === "route-target" ? "target" : "origin"}:${who}:${community.local}`;
    }
    case "link-bandwidth":
      return `bandwidth:${community.asn}:${community.bytesPerSecond}`;
    case "color":
      return `color:${community.color}`;
    case "raw":
      return toHex(community.value);
    default:
      return community satisfies never;
  }
}
