import { decodeUtf8, type Family, familyOf, formatRouterId, Reader, toHex, Writer } from "@vipcast/bgp";
import { codecContext, type SessionOptions } from "../context.ts";
import type { Finding, IndexedPeer, PeerIndex } from "../finding.ts";
import { isoTime } from "../time.ts";
import { badRecord, type MrtRecord, readAddress, readPrefix } from "./record.ts";
import { type RibNlri, ribUpdate } from "./rib-update.ts";

const peerIndexTable = 1;
const ribGeneric = 6;
const geoPeerTable = 7;
const ribGenericAddPath = 12;

/** RFC 6396 §4.3.2, and RFC 8050 §4.1 for those from 8 on. */
const specificRibs: Readonly<
  Record<number, { readonly afi: 1 | 2; readonly safi: number; readonly addPath: boolean }>
> = {
  2: { afi: 1, safi: 1, addPath: false },
  3: { afi: 1, safi: 2, addPath: false },
  4: { afi: 2, safi: 1, addPath: false },
  5: { afi: 2, safi: 2, addPath: false },
  8: { afi: 1, safi: 1, addPath: true },
  9: { afi: 1, safi: 2, addPath: true },
  10: { afi: 2, safi: 1, addPath: true },
  11: { afi: 2, safi: 2, addPath: true },
};

/** The prefix of a RIB record, and where its entries begin. */
interface RibHead {
  readonly sequence: number;
  readonly family: Family;
  readonly prefix: string;
  readonly nlriStart: number;
  readonly nlriEnd: number;
  /** Path identifier of the NLRI itself, or -1. */
  readonly pathId: number;
  /** Each entry has a path identifier of its own. */
  readonly entryPathIds: boolean;
  readonly entries: number;
}

/** TABLE_DUMP_V2 (RFC 6396 §4.3): a table of peers, then one record for each prefix with the paths that the peers gave for it. */
export class TableDumpV2 {
  readonly #options: SessionOptions;
  readonly #writer = new Writer();
  #peers: readonly IndexedPeer[] | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  *read(record: MrtRecord): Iterable<Finding> {
    const { subtype, offset, time } = record;
    if (subtype === peerIndexTable) {
      const index = readPeerIndex(record);
      if (index === null) {
        yield badRecord(record, "ends inside its table of peers");
        return;
      }
      this.#peers = index.peers;
      yield { kind: "peer-index", place: { offset, time }, index };
      return;
    }
    // RFC 6397: where the peers stand on the globe, which is not about routes.
    if (subtype === geoPeerTable) return;
    const head = readHead(record);
    if (typeof head === "string") yield badRecord(record, head);
    else yield* this.#entries(record, head);
  }

  *#entries(record: MrtRecord, head: RibHead): Iterable<Finding> {
    const { bytes, end } = record;
    const reader = new Reader(bytes, entriesStart(head), end);
    for (let entry = 0; entry < head.entries; entry++) {
      const peerNumber = reader.u16();
      const originated = reader.u32();
      const ownId = head.entryPathIds ? reader.u32() : -1;
      const start = reader.take(reader.u16());
      if (reader.overrun) {
        yield badRecord(record, `ends inside entry ${entry + 1} of ${head.entries}`);
        return;
      }
      const peer = this.#peers?.[peerNumber];
      if (peer === undefined) yield badRecord(record, `names peer ${peerNumber}, which no table of peers has`);
      const pathId = head.entryPathIds ? ownId : head.pathId;
      const nlri: RibNlri = { family: head.family, bytes, start: head.nlriStart, end: head.nlriEnd, pathId };
      // LOCAL_PREF and what else external peers may not send is there because the collector keeps what the peer told it.
      const learned = { fourOctetAs: true, internal: true, addPath: pathId < 0 ? [] : [head.family] };
      const context = codecContext({ ...this.#options, addPath: [] }, learned);
      const update = ribUpdate(this.#writer, bytes, start, reader.offset, nlri, context);
      if (update === null) {
        yield badRecord(record, "has more attributes than a message can hold");
        continue;
      }
      const { offset, time } = record;
      const sender = peer === undefined ? {} : { peer: peer.address, peerAs: peer.asn };
      const route = { sequence: head.sequence, originated: isoTime(originated), prefix: head.prefix, pathId, update };
      yield { kind: "rib", place: { offset, time, ...sender }, route };
    }
    if (reader.remaining > 0) yield badRecord(record, `has ${reader.remaining} octets behind its last entry`);
  }
}

/** RFC 6396 §4.3.1. */
function readPeerIndex({ bytes, start, end }: MrtRecord): PeerIndex | null {
  const reader = new Reader(bytes, start, end);
  const collector = formatRouterId(reader.u32());
  const name = reader.copy(reader.u16());
  const view = decodeUtf8(name) ?? toHex(name);
  const count = reader.u16();
  const peers: IndexedPeer[] = [];
  for (let i = 0; i < count && !reader.overrun; i++) {
    // Bit 0: the address is IPv6; bit 1: the AS number has four octets.
    const type = reader.u8();
    const routerId = formatRouterId(reader.u32());
    const address = readAddress(reader, (type & 1) === 0 ? 4 : 16);
    const asn = (type & 2) === 0 ? reader.u16() : reader.u32();
    peers.push({ routerId, address, asn });
  }
  return reader.overrun ? null : { collector, view, peers };
}

/** The sequence number, the NLRI and the count of entries; or what is wrong with them. */
function readHead(record: MrtRecord): RibHead | string {
  const { bytes, start, end, subtype } = record;
  const reader = new Reader(bytes, start, end);
  const specific = specificRibs[subtype];
  if (specific !== undefined) {
    const { afi, safi, addPath } = specific;
    const sequence = reader.u32();
    const prefix = readPrefix(reader, afi, safi);
    const entries = reader.u16();
    if (prefix === null || reader.overrun) return "has a prefix that does not fit";
    const family = familyOf(afi, safi);
    const { text, start: nlriStart, end: nlriEnd } = prefix;
    return { sequence, family, prefix: text, nlriStart, nlriEnd, pathId: -1, entryPathIds: addPath, entries };
  }
  if (subtype !== ribGeneric && subtype !== ribGenericAddPath) return "is of a kind of RIB dump that is not understood";
  if (subtype === ribGeneric) return genericHead(record, false) ?? "has an NLRI whose end cannot be told";
  // RFC 8050 §4.2 puts the path identifier into the NLRI; GoBGP and OpenBGPD write one into each entry, as for the other
  // subtypes. The record's length tells which it is.
  const inNlri = genericHead(record, true);
  if (inNlri !== null && entriesFit(record, inNlri)) return inNlri;
  const inEntries = genericHead(record, false);
  const other = inEntries === null ? null : { ...inEntries, entryPathIds: true };
  if (other !== null && entriesFit(record, other)) return other;
  return inNlri ?? "has an NLRI whose end cannot be told";
}

/** RFC 6396 §4.3.3. Null when the end of the NLRI cannot be told. */
function genericHead({ bytes, start, end }: MrtRecord, idInNlri: boolean): RibHead | null {
  const reader = new Reader(bytes, start, end);
  const sequence = reader.u32();
  const afi = reader.u16();
  const safi = reader.u8();
  const pathId = idInNlri ? reader.u32() : -1;
  const nlriStart = reader.offset;
  if (reader.overrun || nlriStart >= end) return null;
  const nlriEnd = nlriStart + nlriLength(bytes, nlriStart, end, afi, safi);
  const known = (afi === 1 || afi === 2) && (safi === 1 || safi === 2);
  let prefix: string;
  if (known) {
    const read = readPrefix(reader, afi, safi);
    if (read === null) return null;
    prefix = read.text;
  } else {
    if (nlriEnd <= nlriStart || reader.take(nlriEnd - nlriStart) < 0) return null;
    prefix = toHex(bytes, nlriStart, nlriEnd);
  }
  const entries = reader.u16();
  if (reader.overrun) return null;
  const family = familyOf(afi, safi);
  return { sequence, family, prefix, nlriStart, nlriEnd, pathId, entryPathIds: false, entries };
}

/** Octets of the one NLRI at `at`, or 0 for families whose NLRI has no length that we know. */
function nlriLength(bytes: Uint8Array, at: number, end: number, afi: number, safi: number): number {
  switch (safi) {
    // Prefixes, with labels (RFC 8277) and distinguishers (RFC 4364) or without, and route targets (RFC 4684): a length in bits.
    case 1:
    case 2:
    case 4:
    case 128:
    case 129:
    case 132:
      return 1 + ((bytes[at]! + 7) >> 3);
    // EVPN and MCAST-VPN: a type and a length in octets (RFC 7432 §7, RFC 6514 §4).
    case 5:
    case 70:
      return at + 1 < end ? 2 + bytes[at + 1]! : 0;
    // Flow specifications: a length of one octet, or of two from 240 on (RFC 8955 §4.1).
    case 133:
    case 134:
      return bytes[at]! < 0xf0 ? 1 + bytes[at]! : at + 1 < end ? 2 + (((bytes[at]! & 0x0f) << 8) | bytes[at + 1]!) : 0;
    // VPLS: two octets of length (RFC 4761 §3.2.2).
    case 65:
      return afi === 25 && at + 1 < end ? 2 + ((bytes[at]! << 8) | bytes[at + 1]!) : 0;
    default:
      return 0;
  }
}

function entriesStart({ nlriEnd }: RibHead): number {
  return nlriEnd + 2;
}

/** Whether the entries end where the record does. */
function entriesFit({ bytes, end }: MrtRecord, head: RibHead): boolean {
  const reader = new Reader(bytes, entriesStart(head), end);
  for (let entry = 0; entry < head.entries && !reader.overrun; entry++) {
    reader.take(head.entryPathIds ? 10 : 6);
    reader.take(reader.u16());
  }
  return !reader.overrun && reader.remaining === 0;
}
