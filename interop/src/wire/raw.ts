/**
 * Prefixes of UPDATEs read from the bare octets, with nothing of vipcast's own codec: for messages that tshark does not take apart
 * because they are longer than 4,096 octets (RFC 8654), and for counting thousands of prefixes.
 */
export interface RawUpdate {
  /** Octets, header included. */
  readonly length: number;
  readonly announced: readonly string[];
  readonly withdrawn: readonly string[];
}

const headerLength = 19;
const updateType = 2;

/** The UPDATEs in one direction of a session that begins with an OPEN. Throws when the octets are no whole messages. */
export function rawUpdates(octets: Uint8Array): readonly RawUpdate[] {
  const updates: RawUpdate[] = [];
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  for (let start = 0; start < octets.length; ) {
    if (octets.length - start < headerLength) throw new Error("the stream ends inside a header");
    const length = view.getUint16(start + 16);
    const end = start + length;
    if (length < headerLength || end > octets.length) throw new Error(`a message of ${length} octets does not fit`);
    if (octets[start + 18] === updateType) {
      const withdrawnStart = start + headerLength + 2;
      const withdrawnEnd = withdrawnStart + view.getUint16(start + headerLength);
      const nlriStart = withdrawnEnd + 2 + view.getUint16(withdrawnEnd);
      updates.push({
        length,
        withdrawn: ipv4Prefixes(octets.subarray(withdrawnStart, withdrawnEnd)),
        announced: ipv4Prefixes(octets.subarray(nlriStart, end)),
      });
    }
    start = end;
  }
  return updates;
}

/** RFC 4271 §4.3: a length in bits, then as many octets as it needs. */
function ipv4Prefixes(octets: Uint8Array): readonly string[] {
  const prefixes: string[] = [];
  for (let index = 0; index < octets.length; ) {
    const bits = octets[index] ?? 0;
    const bytes = Math.ceil(bits / 8);
    const address = [0, 1, 2, 3].map((byte) => (byte < bytes ? (octets[index + 1 + byte] ?? 0) : 0));
    prefixes.push(`${address.join(".")}/${bits}`);
    index += 1 + bytes;
  }
  return prefixes;
}
