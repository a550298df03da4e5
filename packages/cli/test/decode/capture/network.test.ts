import { describe, expect, test } from "vitest";
import { tcpSegment } from "../../../src/decode/capture/network.ts";
import { ethernet, ip, keepalive, octets } from "../support/build.ts";

const v4 = { from: "10.0.0.1", to: "10.0.0.2", sequence: 7, data: keepalive };
const v6 = { from: "2001:db8::1", to: "2001:db8::2", sequence: 7, data: keepalive };

function segment(linkType: number, bytes: Uint8Array): unknown {
  const found = tcpSegment({ frame: 1, time: "", seconds: 0, linkType, bytes, start: 0, end: bytes.length });
  if (typeof found === "string") return found;
  const { source, destination, sequence, start, end } = found;
  return { source, destination, sequence, data: found.bytes.slice(start, end) };
}

const found4 = { source: "10.0.0.1", destination: "10.0.0.2", sequence: 7, data: keepalive };
const found6 = { source: "2001:db8::1", destination: "2001:db8::2", sequence: 7, data: keepalive };

describe.each([
  ["IPv4", ip(v4), found4, "0800", "02000000"],
  ["IPv6", ip(v6), found6, "86dd", "1e000000"],
])("a segment in %s", (_, packet, found, etherType, family) => {
  test.each([
    ["Ethernet", 1, ethernet(packet)],
    ["Ethernet with a VLAN tag", 1, ethernet(packet, "8100002a")],
    ["Ethernet with two VLAN tags", 1, ethernet(packet, "88a8000181000002")],
    ["Linux cooked", 113, octets("0000000100060200000000010000", etherType, packet)],
    ["Linux cooked v2", 276, octets(etherType, "000000000002000100060200000000010000", packet)],
    ["BSD loopback, little endian", 0, octets(family, packet)],
    ["BSD loopback, big endian", 0, octets(family.match(/../g)!.reverse().join(""), packet)],
    ["OpenBSD loopback", 108, octets("00000002", packet)],
    ["raw IP", 101, packet],
    ["raw IP as BSD numbers it", 12, packet],
    ["raw IP of one version", etherType === "0800" ? 228 : 229, packet],
  ])("is found in a packet of %s", (_name, linkType, bytes) => {
    expect(segment(linkType, bytes)).toEqual(found);
  });
});

describe("a segment", () => {
  test("is found behind options of IPv4", () => {
    const plain = ip(v4);
    const withOptions = octets(
      "46",
      plain.subarray(1, 2),
      [0, plain.length + 4],
      plain.subarray(4, 20),
      "01010100",
      plain.subarray(20),
    );
    expect(segment(101, withOptions)).toEqual(found4);
  });

  test("is found where a segmenting network card left the length to be filled in", () => {
    const packet = ip(v4);
    packet[2] = packet[3] = 0;
    expect(segment(101, packet)).toEqual(found4);
  });

  test.each([
    ["hop-by-hop options", [[0, octets("0001040000 0000")]]],
    ["a routing header of 24 octets", [[43, octets("02", "00".repeat(22))]]],
    ["an atomic fragment header", [[44, octets("00000000000001")]]],
    ["an authentication header of 24 octets", [[51, octets("04", "00".repeat(22))]]],
    [
      "several headers",
      [
        [0, octets("00010400000000")],
        [60, octets("00010400000000")],
        [44, octets("00000000000001")],
      ],
    ],
  ] as const)("is found behind %s of IPv6", (_, extensions) => {
    expect(segment(101, ip(v6, extensions as unknown as [number, Uint8Array][]))).toEqual(found6);
  });

  test("is not found in fragments", () => {
    const packet = ip(v4);
    packet[6] = 0x20;
    expect(segment(101, packet)).toBe("fragment");
    packet[6] = 0;
    packet[7] = 3;
    expect(segment(101, packet)).toBe("fragment");
    expect(segment(101, ip(v6, [[44, octets("00000800000001")]]))).toBe("fragment");
    expect(segment(101, ip(v6, [[44, octets("00000100000001")]]))).toBe("fragment");
  });

  test.each([
    ["nothing", 101, octets()],
    ["ARP", 1, octets("ffffffffffff02000000000a0806", "00".repeat(46))],
    ["a VLAN tag and nothing else", 1, octets("ffffffffffff02000000000a8100")],
    ["UDP", 101, octets(ip(v4).fill(17, 9, 10))],
    ["an IPv4 header of 16 octets", 101, octets(ip(v4).fill(0x44, 0, 1))],
    ["a TCP header of 16 octets", 101, octets(ip(v4).fill(0x40, 32, 33))],
    ["an IPv6 header that is cut off", 101, ip(v6).subarray(0, 39)],
    ["an encrypted IPv6 packet", 101, ip(v6, [[50, octets("00000000000000")]])],
    ["IP version 5", 101, octets("50", "00".repeat(60))],
  ])("is not found in %s", (_, linkType, bytes) => {
    expect(segment(linkType, bytes)).toBe("other");
  });

  test("is not found on links nobody knows here", () => {
    expect(segment(147, ip(v4))).toBe("link-type");
  });

  test("that the capture cut off keeps what there is", () => {
    expect(segment(101, ip(v4).subarray(0, 45))).toEqual({ ...found4, data: keepalive.subarray(0, 5) });
    expect(segment(101, ip(v4).subarray(0, 39))).toBe("other");
  });
});
