import { readU32 } from "../../bytes/reader.ts";
import type { Writer } from "../../bytes/writer.ts";
import { type Family, familyName } from "../../iana/afi-safi.ts";
import { BgpEncodeError, checkRange, isOctets, wrongType } from "../encode-error.ts";
import type { NlriSpec, NlriVisitor } from "./family.ts";
import { copyPrefix, type Prefix } from "./prefix.ts";

/** NLRI of `<length, prefix>` pairs (RFC 4271 §4.3, RFC 4760 §5), with a path identifier before each where negotiated (RFC 7911 §3). */
export function ipPrefixes(
  d: Pick<NlriSpec, "family" | "rfc" | "nextHopLengths" | "extendedNextHopLengths">,
  maxLengthBits: 32 | 128,
): NlriSpec {
  const { family } = d;
  return {
    family,
    rfc: d.rfc,
    nextHopLengths: d.nextHopLengths,
    extendedNextHopLengths: d.extendedNextHopLengths,
    nextHopRdOctets: 0,
    isValid: (bytes, start, end, addPath) => isValid(bytes, start, end, addPath, maxLengthBits),
    forEach,
    count: countNlri,
    read: (source, offset, lengthBits, pathId) => {
      return { family, lengthBits, bytes: copyPrefix(source, offset, lengthBits), pathId };
    },
    encode: (w, prefix, addPath) => encode(w, prefix, addPath, family, maxLengthBits),
    encodeRun: (w, prefixes, next, addPath, _withdrawn, limit) =>
      encodeRun(w, prefixes, next, addPath, limit, family, maxLengthBits),
    copy: (w, bytes, start, end, addPath, limit) => copy(w, bytes, start, end, addPath, limit, maxLengthBits),
  };
}

function isValid(bytes: Uint8Array, start: number, end: number, addPath: boolean, maxLengthBits: number): boolean {
  const beforeLength = addPath ? 4 : 0;
  let at = start;
  while (at < end) {
    at += beforeLength;
    if (at >= end) return false;
    const lengthBits = bytes[at]!;
    if (lengthBits > maxLengthBits) return false;
    at += 1 + ((lengthBits + 7) >> 3);
  }
  return at === end;
}

function forEach(
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
  _withdrawn: boolean,
  visit: NlriVisitor,
): void {
  let at = start;
  while (at < end) {
    let pathId = -1;
    if (addPath) {
      pathId = readU32(bytes, at);
      at += 4;
    }
    const lengthBits = bytes[at]!;
    visit(bytes, at + 1, lengthBits, pathId, at + 1);
    at += 1 + ((lengthBits + 7) >> 3);
  }
}

/** How many NLRI of `<length in bits, octets>` there are, whatever the octets are. */
export function countNlri(bytes: Uint8Array, start: number, end: number, addPath: boolean): number {
  const beforeLength = addPath ? 4 : 0;
  let at = start;
  let total = 0;
  while (at < end) {
    at += beforeLength;
    at += 1 + ((bytes[at]! + 7) >> 3);
    total++;
  }
  return total;
}

/** The octets of a prefix that belongs to the family and can be sent; throws BgpEncodeError for any other. */
export function checkPrefix(prefix: Prefix, addPath: boolean, family: Family, maxLengthBits: number): number {
  const { lengthBits, bytes } = prefix;
  const octets = (lengthBits + 7) >> 3;
  if (prefix.family !== family) throw foreignFamily(prefix, family);
  checkRange("nlri.lengthBits", lengthBits, 0, maxLengthBits);
  if (!isOctets(bytes) || bytes.length !== octets) throw wrongOctets(prefix, octets);
  if (addPath) checkRange("nlri.pathId", prefix.pathId, 0, 0xffff_ffff);
  else if (prefix.pathId >= 0) throw unwantedPathId(prefix);
  return octets;
}

// Apart, so that what runs for each prefix stays small enough to be inlined.
function foreignFamily(prefix: Prefix, family: Family): BgpEncodeError {
  const detail = `${familyName(prefix.family)} among ${familyName(family)}`;
  return new BgpEncodeError("value-range", "nlri.family", detail);
}

function unwantedPathId({ family, pathId }: Prefix): BgpEncodeError {
  const detail = `${pathId} where the session carries none for ${familyName(family)} (RFC 7911): -1 says so`;
  return new BgpEncodeError("value-range", "nlri.pathId", detail);
}

function wrongOctets({ bytes, lengthBits }: Prefix, octets: number): BgpEncodeError {
  if (!isOctets(bytes)) return wrongType("nlri.bytes", bytes, "a Uint8Array");
  const detail = `${bytes.length} octets where /${lengthBits} needs ${octets}`;
  return new BgpEncodeError("value-length", "nlri.bytes", detail);
}

function encode(w: Writer, prefix: Prefix, addPath: boolean, family: Family, maxLengthBits: number): void {
  const octets = checkPrefix(prefix, addPath, family, maxLengthBits);
  if (addPath) w.u32(prefix.pathId);
  w.u8(prefix.lengthBits);
  w.copy(prefix.bytes, 0, octets);
  clearSpareBits(w, prefix.lengthBits);
}

function encodeRun(
  w: Writer,
  prefixes: readonly Prefix[],
  next: number,
  addPath: boolean,
  limit: number,
  family: Family,
  maxLengthBits: 32 | 128,
): number {
  const longest = (addPath ? 5 : 1) + (maxLengthBits >> 3);
  w.reserve(Math.min((prefixes.length - next) * longest, limit - w.length));
  const { bytes, view } = w;
  let to = w.length;
  let index = next;
  for (; index < prefixes.length; index++) {
    const prefix = prefixes[index]!;
    const { lengthBits, bytes: source, pathId } = prefix;
    const octets = (lengthBits + 7) >> 3;
    // What nearly every prefix passes; of any other the checks say what is wrong, if anything.
    const usual =
      prefix.family === family &&
      lengthBits >>> 0 === lengthBits &&
      lengthBits <= maxLengthBits &&
      source?.constructor === Uint8Array &&
      source.length === octets &&
      (addPath ? pathId >>> 0 === pathId : !(pathId >= 0));
    if (!usual) checkPrefix(prefix, addPath, family, maxLengthBits);
    if (to + (addPath ? 5 : 1) + octets > limit) break;
    if (addPath) {
      view.setUint32(to, pathId);
      to += 4;
    }
    bytes[to++] = lengthBits;
    if (octets === 4) {
      // A host route: an announcer has nothing else, and a loop costs more.
      bytes[to] = source[0]!;
      bytes[to + 1] = source[1]!;
      bytes[to + 2] = source[2]!;
      bytes[to + 3] = source[3]!;
      to += 4;
    } else if (octets === 3) {
      // Most routes of a full table.
      bytes[to] = source[0]!;
      bytes[to + 1] = source[1]!;
      bytes[to + 2] = source[2]!;
      to += 3;
    } else {
      for (let at = 0; at < octets; at++) bytes[to++] = source[at]!;
    }
    // RFC 4271 §4.3: irrelevant bits become zero, as `clearSpareBits` has it.
    const spare = lengthBits & 7;
    if (spare !== 0) bytes[to - 1]! &= 0xff << (8 - spare);
  }
  w.length = to;
  return index;
}

function copy(
  w: Writer,
  source: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
  limit: number,
  maxLengthBits: number,
): number {
  const beforePrefix = addPath ? 5 : 1;
  w.reserve(Math.min(end - start, limit - w.length));
  const { bytes, view } = w;
  let to = w.length;
  let at = start;
  while (at < end) {
    const lengthAt = at + beforePrefix - 1;
    const lengthBits = lengthAt < end ? source[lengthAt]! : 0xff;
    const next = lengthAt + 1 + ((lengthBits + 7) >> 3);
    if (lengthBits > maxLengthBits || next > end) return -1;
    if (to + next - at > limit) break;
    if (next - at === 4) {
      // Three octets of address, which most IPv4 routes have: one step instead of four.
      view.setUint32(to, (lengthBits << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!);
      to += 4;
      at = next;
    } else {
      while (at < next) bytes[to++] = source[at++]!;
    }
    const spare = lengthBits & 7;
    if (spare !== 0) bytes[to - 1]! &= 0xff << (8 - spare);
  }
  w.length = to;
  return at;
}

/** RFC 4271 §4.3 calls the trailing bits of the prefix just written irrelevant; zeros keep equal routes equal on the wire. */
export function clearSpareBits(w: Writer, lengthBits: number): void {
  const spare = lengthBits & 7;
  if (spare !== 0) w.bytes[w.length - 1]! &= 0xff << (8 - spare);
}
