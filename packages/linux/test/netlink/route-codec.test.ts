import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forEachMessage } from "../../src/netlink/message.ts";
import { decodeRoute, encodeDelRoute, encodeGetRoutes, encodeReplaceRoute } from "../../src/netlink/route-codec.ts";
import { fromHex, interfaceName, messageOf, toHex } from "../support/hex.ts";

const hex = (text: string): string => text.replace(/\s+/g, "");

const base = {
  destination: fromHex("c6336400"),
  prefixLength: 24,
  type: 1,
  table: 254,
  protocol: 186,
  scope: 0,
  priority: 50,
  source: fromHex("0a000001"),
  nextHops: [],
};
const hop = (gateway: string, weight: number) => ({ gateway: fromHex(gateway), ifindex: 3, weight, onlink: false });

describe("route requests", () => {
  it("hold three next hops with their weights", () => {
    const nextHops = [hop("0a000002", 1), hop("0a000003", 10), hop("0a000004", 256)];
    expect(toHex(encodeReplaceRoute({ ...base, nextHops }, 1))).toBe(
      hex(`70000000 1800 0505 01000000 00000000
        02 18 00 00 fe ba 00 01 00000000
        08000100 c6336400  08000f00 fe000000  08000600 32000000  08000700 0a000001
        34000900 1000 00 00 03000000 08000500 0a000002
                 1000 00 09 03000000 08000500 0a000003
                 1000 00 ff 03000000 08000500 0a000004`),
    );
  });

  it("hold a single next hop without multipath, and a gateway of the other family in RTA_VIA", () => {
    const single = { ...base, priority: 0, source: undefined, nextHops: [{ ...hop("0a000002", 1), onlink: true }] };
    expect(toHex(encodeReplaceRoute(single, 1).subarray(16))).toBe(
      hex(`02 18 00 00 fe ba 00 01 04000000  08000100 c6336400  08000f00 fe000000
        08000400 03000000  08000500 0a000002`),
    );
    const via = { ...single, nextHops: [hop("fe800000000000000000000000000002", 1)] };
    expect(toHex(encodeReplaceRoute(via, 1).subarray(52))).toBe(
      hex("16001200 0a00 fe800000000000000000000000000002 0000"),
    );
  });

  it("leave the destination of a default route out, and put large table numbers in their attribute alone", () => {
    const route = { ...base, destination: fromHex("00000000"), prefixLength: 0, table: 1000, source: undefined };
    expect(
      toHex(encodeReplaceRoute({ ...route, priority: 0, nextHops: [hop("0a000002", 1)] }, 1).subarray(16, 36)),
    ).toBe(hex("02 00 00 00 00 ba 00 01 00000000 08000f00 e8030000"));
  });

  it("delete whatever the scope is, and dump by family", () => {
    expect(toHex(encodeDelRoute({ ...base, priority: 0, protocol: 0 }, 2))).toBe(
      hex("2c000000 1900 0500 02000000 00000000 02 18 00 00 fe 00 ff 01 00000000 08000100 c6336400 08000f00 fe000000"),
    );
    expect(toHex(encodeGetRoutes(10, 3))).toBe(hex("1c000000 1a00 0103 03000000 00000000 0a000000 00000000 00000000"));
  });
});

// Captured with `ip route save` from kernel 6.18.
describe("routes from the kernel", () => {
  it("are read with three weighted next hops", () => {
    const message = messageOf(`7000000018002200c851006b96510000 02180000feba000100000000 08000f00fe000000
      08000100c6336400 0800060032000000 080007000a000001
      34000900 1000000003000000080005000a000002 1000000903000000080005000a000003 100000ff03000000080005000a000004`);
    expect(decodeRoute(message, interfaceName)).toEqual({
      family: "ipv4",
      destination: "198.51.100.0/24",
      table: 254,
      type: "unicast",
      protocol: 186,
      scope: "global",
      priority: 50,
      source: "10.0.0.1",
      nextHops: [
        { gateway: "10.0.0.2", ifindex: 3, interface: "va", weight: 1, flags: 0 },
        { gateway: "10.0.0.3", ifindex: 3, interface: "va", weight: 10, flags: 0 },
        { gateway: "10.0.0.4", ifindex: 3, interface: "va", weight: 256, flags: 0 },
      ],
    });
  });

  it("are read with IPv6 next hops, in both families", () => {
    const ipv6 = messageOf(`a800000018002200c851006b96510000 0a300000fe03000100000000 08000f00fe000000
      1400010020010db8000500000000000000000000 0800060000040000
      3c000900 1c00000103000000 14000500fe800000000000000000000000000002
               1c00000203000000 14000500fe800000000000000000000000000003
      24000c0000000000000000000000000000000000000000000000000000000000000000000500140000000000`);
    expect(decodeRoute(ipv6, interfaceName)).toMatchObject({
      destination: "2001:db8:5::/48",
      priority: 1024,
      nextHops: [
        { gateway: "fe80::2", interface: "va", weight: 2 },
        { gateway: "fe80::3", interface: "va", weight: 3 },
      ],
    });
    const via = messageOf(`4c00000018002200c851006b96510000 02180000fe03000100000000 08000f00fe000000
      08000100cb007100 160012000a00fe8000000000000000000000000000020000 0800040003000000`);
    expect(decodeRoute(via, interfaceName)).toMatchObject({
      destination: "203.0.113.0/24",
      nextHops: [{ gateway: "fe80::2", ifindex: 3, interface: "va", weight: 1, flags: 0 }],
    });
  });

  it("are read as connected, local and blackhole", () => {
    const connected = messageOf(`3c00000018002200c851006b96510000 02180000fe02fd0100000000 08000f00fe000000
      080001000a000000 080007000a000001 0800040003000000`);
    expect(decodeRoute(connected, interfaceName)).toMatchObject({
      destination: "10.0.0.0/24",
      protocol: 2,
      scope: "link",
      source: "10.0.0.1",
      nextHops: [{ gateway: "", interface: "va" }],
    });
    const local = messageOf(`3c00000018002200c851006b96510000 02200000ff02fe0200000000 08000f00ff000000
      08000100c000020a 08000700c000020a 0800040001000000`);
    expect(decodeRoute(local, interfaceName)).toMatchObject({
      type: "local",
      table: 255,
      destination: "192.0.2.10/32",
    });
    const blackhole = messageOf(
      "2c00000018002200c851006b96510000 021a0000fe03000600000000 08000f00fe000000 08000100cb007140",
    );
    expect(decodeRoute(blackhole, interfaceName)).toMatchObject({
      destination: "203.0.113.64/26",
      type: "blackhole",
      nextHops: [],
    });
  });

  it("are nothing for other families, short messages and any octets at all", () => {
    expect(
      decodeRoute(messageOf("1c000000180000000000000000000000 80000000 00000000 00000000"), interfaceName),
    ).toBeUndefined();
    expect(decodeRoute(messageOf("14000000180000000000000000000000 02000000"), interfaceName)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), (payload) => {
        const bytes = Uint8Array.from([...fromHex("00000000180000000000000000000000"), ...payload]);
        new DataView(bytes.buffer).setUint32(0, bytes.length, true);
        bytes[16] = 2;
        forEachMessage(bytes, (message) => decodeRoute(message, interfaceName));
      }),
    );
  });
});
