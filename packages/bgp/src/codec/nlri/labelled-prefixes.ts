import { readU32 } from "../../bytes/reader.ts";
import { copyOctets } from "../../bytes/slab.ts";
import type { Writer } from "../../bytes/writer.ts";
import type { Family } from "../../iana/afi-safi.ts";
import { BgpEncodeError, checkLength, checkList, checkRange } from "../encode-error.ts";
import type { NlriSpec, NlriVisitor } from "./family.ts";
import { checkPrefix, clearSpareBits, countNlri } from "./ip-prefixes.ts";
import { copyPrefix, type Prefix } from "./prefix.ts";

/** RFC 8277 §2.2: 20 bits of label, three reserved ones, and the bottom-of-stack bit. */
const labelOctets = 3;
const bottomOfStack = 1;
/** RFC 8277 §2.4: what stands for the label where a route is withdrawn. */
const withdrawnLabel = 0x80_0000;

/**
 * NLRI of `<length, labels, prefix>` (RFC 8277 §2), with a route distinguisher of `rdOctets` before the prefix where they
 * are VPN routes (RFC 4364 §4.3.4), and a path identifier before each where negotiated (RFC 7911 §3). The length octet counts
 * the bits of all three.
 */
export function labelledPrefixes(
  d: Pick<NlriSpec, "family" | "rfc" | "nextHopLengths" | "extendedNextHopLengths">,
  maxLengthBits: 32 | 128,
  rdOctets: 0 | 8,
): NlriSpec {
  const rdBits = 8 * rdOctets;
  const encodeOne: NlriSpec["encode"] = (w, prefix, addPath, withdrawn) => {
    checkLabelled(prefix, addPath, withdrawn, d.family, maxLengthBits, rdOctets);
    encode(w, prefix, addPath, withdrawn, rdOctets);
  };
  return {
    family: d.family,
    rfc: d.rfc,
    nextHopLengths: d.nextHopLengths,
    extendedNextHopLengths: d.extendedNextHopLengths,
    nextHopRdOctets: rdOctets,
    isValid: (bytes, start, end, addPath, withdrawn) =>
      isValid(bytes, start, end, addPath, withdrawn, rdBits, maxLengthBits),
    forEach: (bytes, start, end, addPath, withdrawn, visit) =>
      forEach(bytes, start, end, addPath, withdrawn, rdBits, visit),
    count: countNlri,
    read: (bytes, offset, lengthBits, pathId, head, withdrawn) =>
      read(bytes, offset, lengthBits, pathId, head, withdrawn, d.family, rdOctets),
    encode: encodeOne,
    encodeRun: (w, prefixes, next, addPath, withdrawn, limit) => {
      for (let index = next; index < prefixes.length; index++) {
        const before = w.length;
        encodeOne(w, prefixes[index]!, addPath, withdrawn);
        if (w.length > limit) {
          w.length = before;
          return index;
        }
      }
      return prefixes.length;
    },
    copy: null,
  };
}

/**
 * Octets of the labels at `at`, in an NLRI of `lengthBits` that is all there. The last one has the bottom-of-stack bit
 * (RFC 8277 §2.3). Where none has it there is one label, whose bit "MUST be ignored on reception" (§2.2); and always one, whatever its
 * value, where the route is withdrawn (§2.4).
 */
function stackOctets(bytes: Uint8Array, at: number, lengthBits: number, rdBits: number, withdrawn: boolean): number {
  if (withdrawn) return labelOctets;
  const end = at + ((lengthBits - rdBits) >> 3);
  for (let next = at + labelOctets; next <= end; next += labelOctets) {
    if ((bytes[next - 1]! & bottomOfStack) !== 0) return next - at;
  }
  return labelOctets;
}

function isValid(
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
  withdrawn: boolean,
  rdBits: number,
  maxLengthBits: number,
): boolean {
  const beforeLength = addPath ? 4 : 0;
  let at = start;
  while (at < end) {
    at += beforeLength;
    if (at >= end) return false;
    const lengthBits = bytes[at]!;
    at++;
    const next = at + ((lengthBits + 7) >> 3);
    if (next > end) return false;
    const prefixBits = lengthBits - 8 * stackOctets(bytes, at, lengthBits, rdBits, withdrawn) - rdBits;
    if (prefixBits < 0 || prefixBits > maxLengthBits) return false;
    at = next;
  }
  return at === end;
}

function forEach(
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
  withdrawn: boolean,
  rdBits: number,
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
    const head = at + 1;
    const offset = head + stackOctets(bytes, head, lengthBits, rdBits, withdrawn) + (rdBits >> 3);
    visit(bytes, offset, lengthBits - 8 * (offset - head), pathId, head);
    at = head + ((lengthBits + 7) >> 3);
  }
}

function read(
  source: Uint8Array,
  offset: number,
  lengthBits: number,
  pathId: number,
  head: number,
  withdrawn: boolean,
  family: Family,
  rdOctets: 0 | 8,
): Prefix {
  const bytes = copyPrefix(source, offset, lengthBits);
  const rdStart = offset - rdOctets;
  const labels: number[] = [];
  if (!withdrawn) {
    for (let at = head; at < rdStart; at += labelOctets) {
      labels.push((source[at]! << 12) | (source[at + 1]! << 4) | (source[at + 2]! >> 4));
    }
  }
  const plain = { family, lengthBits, bytes, pathId };
  const labelled = withdrawn ? plain : { ...plain, labels };
  return rdOctets === 0 ? labelled : { ...labelled, rd: copyOctets(source, rdStart, offset) };
}

function checkLabelled(
  prefix: Prefix,
  addPath: boolean,
  withdrawn: boolean,
  family: Family,
  maxLengthBits: 32 | 128,
  rdOctets: 0 | 8,
): void {
  checkPrefix(prefix, addPath, family, maxLengthBits);
  if (rdOctets !== 0) {
    if (prefix.rd === undefined) throw new BgpEncodeError("missing-field", "nlri.rd", "a VPN route needs one");
    checkLength("nlri.rd", prefix.rd, rdOctets);
  }
  const stack = withdrawn ? labelOctets : checkLabels(prefix.labels);
  const bits = 8 * (stack + rdOctets) + prefix.lengthBits;
  if (bits > 0xff) {
    throw new BgpEncodeError("value-length", "nlri.labels", `make ${bits} bits of the NLRI, 255 are allowed`);
  }
}

function checkLabels(labels: readonly number[] | undefined): number {
  if (labels === undefined || labels.length === 0) {
    throw new BgpEncodeError("missing-field", "nlri.labels", "a labelled route needs one at least");
  }
  checkList("nlri.labels", labels);
  for (const label of labels) checkRange("nlri.labels", label, 0, 0xf_ffff);
  return labelOctets * labels.length;
}

function encode(w: Writer, prefix: Prefix, addPath: boolean, withdrawn: boolean, rdOctets: 0 | 8): void {
  if (addPath) w.u32(prefix.pathId);
  const lengthAt = w.length;
  w.u8(0);
  const labels = withdrawn ? [] : prefix.labels!;
  if (withdrawn) writeLabel(w, withdrawnLabel);
  for (let i = 0; i < labels.length; i++) {
    writeLabel(w, (labels[i]! << 4) | (i === labels.length - 1 ? bottomOfStack : 0));
  }
  if (rdOctets !== 0) w.copy(prefix.rd!);
  w.patchU8(lengthAt, 8 * (w.length - lengthAt - 1) + prefix.lengthBits);
  w.copy(prefix.bytes);
  clearSpareBits(w, prefix.lengthBits);
}

function writeLabel(w: Writer, field: number): void {
  w.u8(field >>> 16);
  w.u16(field & 0xffff);
}
