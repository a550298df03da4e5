import { familyOf, Reader, Writer } from "@vipcast/bgp";
import { codecContext, type SessionOptions } from "../context.ts";
import type { Finding } from "../finding.ts";
import { isoTime } from "../time.ts";
import { badRecord, type MrtRecord, readAddress, readPrefix } from "./record.ts";
import { ribUpdate } from "./rib-update.ts";

/** A TABLE_DUMP record (RFC 6396 §4.2): one path, with the AS numbers of old; the subtype is the address family. */
export function* tableDump(record: MrtRecord, options: SessionOptions): Iterable<Finding> {
  const afi = record.subtype;
  if (afi !== 1 && afi !== 2) {
    yield badRecord(record, `has prefixes of address family ${afi}, which are neither IPv4 nor IPv6`);
    return;
  }
  const addressLength = afi === 1 ? 4 : 16;
  const reader = new Reader(record.bytes, record.start, record.end);
  reader.u16();
  const sequence = reader.u16();
  const address = reader.take(addressLength);
  const lengthBits = reader.u8();
  reader.u8();
  const originated = reader.u32();
  const peer = readAddress(reader, addressLength);
  const peerAs = reader.u16();
  const start = reader.take(reader.u16());
  if (reader.overrun || lengthBits > addressLength * 8) {
    yield badRecord(record, reader.overrun ? "ends too early" : `has a prefix length of ${lengthBits}`);
    return;
  }
  // Here the prefix has a field of fixed size; in NLRI only the octets that its length needs.
  const octets = Uint8Array.of(lengthBits, ...record.bytes.subarray(address, address + ((lengthBits + 7) >> 3)));
  const prefix = readPrefix(new Reader(octets), afi, 1)!;
  const nlri = { family: familyOf(afi, 1), bytes: octets, start: 0, end: octets.length, pathId: -1 };
  const context = codecContext(options, { fourOctetAs: false, internal: true });
  const update = ribUpdate(new Writer(), record.bytes, start, reader.offset, nlri, context);
  if (update === null) {
    yield badRecord(record, "has more attributes than a message can hold");
    return;
  }
  const { offset, time } = record;
  yield {
    kind: "rib",
    place: { offset, time, peer, peerAs },
    route: { sequence, originated: isoTime(originated), prefix: prefix.text, pathId: -1, update },
  };
}
