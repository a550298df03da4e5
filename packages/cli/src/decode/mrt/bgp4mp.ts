import { decodeMessage, Reader } from "@vipcast/bgp";
import { addPathFamilies, codecContext, type SessionOptions } from "../context.ts";
import type { Finding, Place } from "../finding.ts";
import { badRecord, type MrtRecord, readAddress } from "./record.ts";

interface Subtype {
  readonly content: "message" | "state";
  readonly fourOctetAs: boolean;
  readonly sent: boolean;
  readonly addPath: boolean;
}

const state = { content: "state", sent: false, addPath: false } as const;
const message = { content: "message", fourOctetAs: false, sent: false, addPath: false } as const;

/** RFC 6396 §4.4 and RFC 8050 §3. */
const subtypes: Readonly<Record<number, Subtype>> = {
  0: { ...state, fourOctetAs: false },
  1: message,
  4: { ...message, fourOctetAs: true },
  5: { ...state, fourOctetAs: true },
  6: { ...message, sent: true },
  7: { ...message, fourOctetAs: true, sent: true },
  8: { ...message, addPath: true },
  9: { ...message, fourOctetAs: true, addPath: true },
  10: { ...message, sent: true, addPath: true },
  11: { ...message, fourOctetAs: true, sent: true, addPath: true },
};

/** RFC 6396 §4.4.1, numbered like the states of RFC 4271 §8.2.2. */
const states = ["", "idle", "connect", "active", "open-sent", "open-confirm", "established"];

/** A BGP4MP or BGP4MP_ET record (RFC 6396 §4.4): a message of a session, or a change of its state. */
export function* bgp4mp(record: MrtRecord, options: SessionOptions): Iterable<Finding> {
  const subtype = subtypes[record.subtype];
  if (subtype === undefined) {
    yield badRecord(record, "is of a kind of BGP4MP that is not understood");
    return;
  }
  const { fourOctetAs, sent } = subtype;
  const reader = new Reader(record.bytes, record.start, record.end);
  const peerAs = fourOctetAs ? reader.u32() : reader.u16();
  const localAs = fourOctetAs ? reader.u32() : reader.u16();
  reader.u16();
  const afi = reader.u16();
  if (reader.overrun) {
    yield badRecord(record, "ends inside its header");
    return;
  }
  if (afi !== 1 && afi !== 2) {
    yield badRecord(record, `has addresses of address family ${afi}, which are neither IPv4 nor IPv6`);
    return;
  }
  const peer = readAddress(reader, afi === 1 ? 4 : 16);
  const local = readAddress(reader, afi === 1 ? 4 : 16);
  if (reader.overrun) {
    yield badRecord(record, "ends inside its addresses");
    return;
  }
  const { offset, time } = record;
  const place: Place = { offset, time, peer, peerAs, local, localAs, ...(sent ? { sent } : {}) };
  if (subtype.content === "state") {
    const oldState = reader.u16();
    const newState = reader.u16();
    if (reader.overrun) yield badRecord(record, "ends before its states");
    else yield { kind: "state-change", place, oldState: stateName(oldState), newState: stateName(newState) };
    return;
  }
  const addPath = subtype.addPath ? { addPath: addPathFamilies } : {};
  const context = codecContext(options, { fourOctetAs, internal: peerAs === localAs, ...addPath });
  yield { kind: "message", place, message: decodeMessage(record.bytes, reader.offset, record.end, context) };
}

/** Numbers beyond RFC 6396's, which some speakers write, as `state-7`. */
function stateName(code: number): string {
  return states[code] || `state-${code}`;
}
