import { describe, expect, it } from "vitest";
import { decodeLink, encodeGetLinks, encodeSetLinkUp } from "../../src/netlink/link-codec.ts";
import { messageOf, toHex } from "../support/hex.ts";

const hex = (text: string): string => text.replace(/\s+/g, "");

describe("link requests", () => {
  it("set and clear IFF_UP and nothing else", () => {
    expect(toHex(encodeSetLinkUp(3, true, 1))).toBe(
      hex("20000000 1000 0500 01000000 00000000 00000000 03000000 01000000 01000000"),
    );
    expect(toHex(encodeSetLinkUp(3, false, 1)).slice(-16)).toBe("0000000001000000");
  });

  it("dump all links without counters", () => {
    expect(toHex(encodeGetLinks(2))).toBe(
      hex("28000000 1200 0103 02000000 00000000 00000000 00000000 00000000 00000000 08001d00 08000000"),
    );
  });
});

describe("links from the kernel", () => {
  it("are read with state, hardware address, MTU, master and kind", () => {
    const message = messageOf(`54000000 1000 0000 00000000 00000000
      00 00 0100 03000000 43100100 ffffffff
      07000300 766100 00  08000400 dc050000  0a000100 020000000001 0000  08000a00 07000000
      10001200 09000100 76657468 00 000000`);
    expect(decodeLink(message)).toEqual({
      ifindex: 3,
      name: "va",
      up: true,
      carrier: true,
      loopback: false,
      pointToPoint: false,
      flags: 0x11043,
      mtu: 1500,
      hardwareAddress: "02:00:00:00:00:01",
      master: 7,
      kind: "veth",
    });
  });

  it("are nothing for bridge ports (AF_BRIDGE) and short messages", () => {
    expect(
      decodeLink(messageOf("20000000 1000 0000 00000000 00000000 07 00 0100 03000000 43100100 ffffffff")),
    ).toBeUndefined();
    expect(decodeLink(messageOf("14000000 1000 0000 00000000 00000000 00000100"))).toBeUndefined();
  });
});
