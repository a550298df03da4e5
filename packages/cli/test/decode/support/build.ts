import { fromHex, parseAddress } from "@vipcast/bgp";

/** Octets from text and arrays: hexadecimal, white space skipped. */
export function octets(...parts: readonly (string | Uint8Array | readonly number[])[]): Uint8Array {
  const arrays = parts.map((part) => {
    if (typeof part !== "string") return Uint8Array.from(part);
    const bytes = fromHex(part);
    if (bytes === undefined) throw new Error(`no hexadecimal: ${part}`);
    return bytes;
  });
  const all = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];

/** A whole message around a body (RFC 4271 §4.1). */
export function message(type: number, body: Uint8Array | string = ""): Uint8Array {
  const bytes = octets(body);
  return octets("ff".repeat(16), u16(19 + bytes.length), [type], bytes);
}

export const keepalive: Uint8Array = message(4);

/** An OPEN (RFC 4271 §4.2) with these capabilities, each as code and value in hexadecimal. */
export function open(
  asn: number,
  routerId: string,
  ...capabilities: readonly (readonly [number, string])[]
): Uint8Array {
  const list = octets(...capabilities.map(([code, value]) => octets([code, value.length / 2], value)));
  const parameter = list.length === 0 ? octets() : octets([2, list.length], list);
  const field = asn > 0xffff ? 23456 : asn;
  return message(1, octets([4], u16(field), u16(90), parseAddress(routerId)!, [parameter.length], parameter));
}

/** Capability 65 (RFC 6793 §3). */
export function fourOctetAs(asn: number): readonly [number, string] {
  return [65, asn.toString(16).padStart(8, "0")];
}

/** ORIGIN igp, AS_PATH of one sequence, NEXT_HOP 192.0.2.1 (RFC 4271 §4.3). */
export function attributes(path: readonly number[], asOctets: 2 | 4 = 4): Uint8Array {
  const segment = octets([2, path.length], ...path.map(asOctets === 4 ? u32 : u16));
  return octets("40010100", [0x40, 2, segment.length], segment, "400304c0000201");
}

/** An UPDATE (RFC 4271 §4.3). The fields are hexadecimal or octets. */
export function update(parts: {
  readonly withdrawn?: string;
  readonly attributes?: Uint8Array | string;
  readonly nlri?: string;
}): Uint8Array {
  const withdrawn = octets(parts.withdrawn ?? "");
  const list = octets(parts.attributes ?? "");
  return message(2, octets(u16(withdrawn.length), withdrawn, u16(list.length), list, parts.nlri ?? ""));
}

/** 203.0.113.0/24 as NLRI. */
export const nlri113 = "18cb0071";

export interface SegmentOptions {
  readonly from: string;
  readonly to: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  /** Letters of the flags: S, F, R, A. */
  readonly flags?: string;
  readonly data?: Uint8Array;
}

/** A TCP segment without checksum (RFC 9293 §3.1). */
export function tcp(options: SegmentOptions): Uint8Array {
  const { fromPort = 50000, toPort = 179, sequence = 0, acknowledgement = 0, flags = "A", data = octets() } = options;
  const bits = [..."FSRPA"].reduce((sum, letter, bit) => sum + (flags.includes(letter) ? 1 << bit : 0), 0);
  return octets(u16(fromPort), u16(toPort), u32(sequence), u32(acknowledgement), [0x50, bits], "ffff00000000", data);
}

/** An IPv4 or IPv6 packet, as the addresses say, with extension headers before TCP for the latter. */
export function ip(options: SegmentOptions, extensions: readonly (readonly [number, Uint8Array])[] = []): Uint8Array {
  const segment = tcp(options);
  const [from, to] = [parseAddress(options.from)!, parseAddress(options.to)!];
  if (from.length === 4)
    return octets("4500", u16(20 + segment.length), "00004000", [64, 6], "0000", from, to, segment);
  const types = [...extensions.map(([type]) => type), 6];
  const headers = extensions.map(([, rest], at) => octets([types[at + 1]!], rest));
  const body = octets(...headers, segment);
  return octets("60000000", u16(body.length), [types[0]!, 64], from, to, body);
}

/** An Ethernet frame around an IP packet, padded to the least length; with VLAN tags before the type. */
export function ethernet(packet: Uint8Array, vlans = ""): Uint8Array {
  const type = packet[0]! >> 4 === 4 ? "0800" : "86dd";
  const frame = octets("02000000000a02000000000b", vlans, type, packet);
  return octets(frame, new Uint8Array(Math.max(0, 60 - frame.length)));
}

export interface PcapOptions {
  readonly linkType?: number;
  readonly littleEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** Seconds and units of the first packet; each following one comes a second later. */
  readonly time?: readonly [number, number];
  /** Octets of each packet that were kept. */
  readonly snapLength?: number;
}

function integers(littleEndian: boolean): { u16: (value: number) => number[]; u32: (value: number) => number[] } {
  return littleEndian ? { u16: (value) => u16(value).reverse(), u32: (value) => u32(value).reverse() } : { u16, u32 };
}

/** A file of libpcap's classic format. */
export function pcap(packets: readonly Uint8Array[], options: PcapOptions = {}): Uint8Array {
  const {
    linkType = 1,
    littleEndian = true,
    nanoseconds = false,
    time = [1_700_000_000, 5],
    snapLength = 65535,
  } = options;
  const { u16: short, u32: long } = integers(littleEndian);
  const header = octets(long(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4), short(2), short(4), long(0), long(0));
  return octets(
    header,
    long(snapLength),
    long(linkType),
    ...packets.map((packet, at) => {
      const kept = packet.subarray(0, snapLength);
      return octets(long(time[0] + at), long(time[1]), long(kept.length), long(packet.length), kept);
    }),
  );
}

/** A block of a pcapng file. */
export function block(type: number, body: Uint8Array, littleEndian = true): Uint8Array {
  const { u32: long } = integers(littleEndian);
  const padded = octets(body, new Uint8Array((4 - (body.length % 4)) % 4));
  return octets(long(type), long(12 + padded.length), padded, long(12 + padded.length));
}

/** A pcapng file of one section and one interface; `resolution` is the value of if_tsresol, 6 when absent. */
export function pcapng(
  packets: readonly Uint8Array[],
  options: { readonly littleEndian?: boolean; readonly resolution?: number; readonly units?: bigint } = {},
): Uint8Array {
  const { littleEndian = true, resolution, units = 1_700_000_000_000_005n } = options;
  const { u16: short, u32: long } = integers(littleEndian);
  const section = block(0x0a0d0d0a, octets(long(0x1a2b3c4d), short(1), short(0), "ffffffffffffffff"), littleEndian);
  const option = resolution === undefined ? octets() : octets(short(9), short(1), [resolution], "000000", long(0));
  const source = block(1, octets(short(1), short(0), long(65535), option), littleEndian);
  const data = packets.map((packet) =>
    block(
      6,
      octets(
        long(0),
        long(Number(units >> 32n)),
        long(Number(units & 0xffff_ffffn)),
        long(packet.length),
        long(packet.length),
        packet,
      ),
      littleEndian,
    ),
  );
  return octets(section, source, ...data);
}

/** An MRT record (RFC 6396 §2). */
export function mrt(type: number, subtype: number, body: Uint8Array | string, seconds = 1_700_000_000): Uint8Array {
  const bytes = octets(body);
  return octets(u32(seconds), u16(type), u16(subtype), u32(bytes.length), bytes);
}
