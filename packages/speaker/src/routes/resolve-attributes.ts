import { fromHex, type Origin, parseCommunity, parseLargeCommunity, WELL_KNOWN_COMMUNITIES } from "@vipcast/bgp";
import { SpeakerError } from "../errors.ts";
import { isUnicast, readPeerAddress } from "../transport/peer-address.ts";
import type { RouteAttributes } from "./route.ts";

/** {@link RouteAttributes}, checked and in the form the wire needs; the same for all peers. */
export interface ResolvedAttributes {
  /** Equal for equal sets. */
  readonly key: string;
  readonly origin: Origin;
  readonly prepend: number;
  readonly asPath: readonly number[];
  /** Null: self. */
  readonly nextHop: Uint8Array | null;
  readonly med: number | null;
  readonly localPref: number | null;
  readonly communities: readonly number[];
  readonly largeCommunities: readonly (readonly [number, number, number])[];
  readonly extendedCommunities: readonly Uint8Array[];
}

const origins: { readonly [Name in NonNullable<RouteAttributes["origin"]>]: Origin } = {
  igp: 0,
  egp: 1,
  incomplete: 2,
};
const maximum = 0xffff_ffff;

/** Octets that all attributes of variable length may take together, so that any UPDATE has room for a route (RFC 4271 §4). */
const attributeRoom = 3500;

/** Throws `ERR_SPEAKER_ROUTE` with one sentence on the first thing that is wrong. */
export function resolveAttributes(attributes: RouteAttributes): ResolvedAttributes {
  const { origin = "igp", prepend = 0, asPath = [], med, localPref } = attributes;
  if (origins[origin] === undefined) fail(`origin "${origin}" is not one of igp, egp, incomplete`);
  checkInteger("prepend", prepend, 0, 255);
  for (const asn of asPath) checkInteger("an AS number of asPath", asn, 1, maximum);
  if (med !== undefined) checkInteger("med", med, 0, maximum);
  if (localPref !== undefined) checkInteger("localPref", localPref, 0, maximum);
  const nextHop = resolveNextHop(attributes.nextHop ?? "self");
  const communities = unique((attributes.communities ?? []).map(resolveCommunity));
  const largeTexts = [...new Set(attributes.largeCommunities ?? [])];
  const largeCommunities = largeTexts.map(resolveLargeCommunity);
  const extendedTexts = [...new Set((attributes.extendedCommunities ?? []).map((text) => text.toLowerCase()))];
  const extendedCommunities = extendedTexts.map(resolveExtendedCommunity);
  const octets =
    4 * (asPath.length + prepend + communities.length) + 12 * largeCommunities.length + 8 * extendedCommunities.length;
  if (octets > attributeRoom) {
    fail(
      `AS path and communities take ${octets} octets together; at most ${attributeRoom} fit beside a route in one UPDATE`,
    );
  }
  const key = JSON.stringify([
    origin,
    prepend,
    asPath,
    nextHop === null ? "self" : [...nextHop],
    med ?? null,
    localPref ?? null,
    communities,
    largeCommunities,
    extendedTexts,
  ]);
  return {
    key,
    origin: origins[origin],
    prepend,
    asPath: [...asPath],
    nextHop,
    med: med ?? null,
    localPref: localPref ?? null,
    communities,
    largeCommunities,
    extendedCommunities,
  };
}

function resolveNextHop(text: string): Uint8Array | null {
  if (text === "self") return null;
  const address = readPeerAddress(text);
  if (address === null || !isUnicast(address.bytes)) {
    fail(`nextHop "${text}" is neither "self" nor a unicast address`);
  }
  return address.bytes;
}

function resolveCommunity(community: number | string): number {
  if (typeof community === "number") {
    checkInteger("a community", community, 0, maximum);
    return community;
  }
  return (
    WELL_KNOWN_COMMUNITIES.get(community.toLowerCase()) ??
    parseCommunity(community) ??
    fail(`community "${community}" is neither "ASN:VALUE" (0..65535 each) nor a well-known name`)
  );
}

function resolveLargeCommunity(text: string): readonly [number, number, number] {
  return (
    parseLargeCommunity(text) ?? fail(`large community "${text}" is not "A:B:C" with three numbers of 0..4294967295`)
  );
}

function resolveExtendedCommunity(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined || bytes.length !== 8) fail(`extended community "${text}" is not 16 hexadecimal digits`);
  return bytes;
}

function checkInteger(what: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    fail(`${what} is ${value}; it must be a whole number of ${low}..${high}`);
}

// A set on the wire (RFC 1997); order of first mention kept, so that equal intent makes equal bytes.
function unique(values: readonly number[]): readonly number[] {
  return [...new Set(values)];
}

function fail(message: string): never {
  throw new SpeakerError("ERR_SPEAKER_ROUTE", message);
}
