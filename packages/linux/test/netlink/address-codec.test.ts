import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeAddress,
  encodeDelAddress,
  encodeGetAddresses,
  encodeNewAddress,
} from "../../src/netlink/address-codec.ts";
import { forEachMessage } from "../../src/netlink/message.ts";
import { fromHex, interfaceName, messageOf, toHex } from "../support/hex.ts";

const hex = (text: string): string => text.replace(/\s+/g, "");

const plain = {
  octets: fromHex("c000020a"),
  prefixLength: 32,
  ifindex: 1,
  scope: 254,
  flags: 0,
  proto: 0,
  rtPriority: 0,
  label: "",
  preferredLifetime: Number.POSITIVE_INFINITY,
  validLifetime: Number.POSITIVE_INFINITY,
};

describe("RTM_NEWADDR requests", () => {
  it("hold family, length, scope, interface and the address twice", () => {
    expect(toHex(encodeNewAddress(plain, false, 1))).toBe(
      hex("28000000 1400 0506 01000000 00000000  02 20 00 fe 01000000  08000200 c000020a 08000100 c000020a"),
    );
  });

  it("ask to replace instead of to fail when told so", () => {
    expect(toHex(encodeNewAddress(plain, true, 1)).slice(12, 16)).toBe("0505");
  });

  it("hold label, flags, mark, priority and lifetimes when they are set", () => {
    const full = {
      ...plain,
      octets: fromHex("20010db8000000000000000000000010"),
      prefixLength: 128,
      scope: 0,
      flags: 0x202,
      proto: 118,
      rtPriority: 0x76697076,
      preferredLifetime: 0,
    };
    expect(toHex(encodeNewAddress(full, false, 2).subarray(16))).toBe(
      hex(`0a 80 02 00 01000000
        14000200 20010db8000000000000000000000010 14000100 20010db8000000000000000000000010
        08000800 02020000  05000b00 76000000  08000900 76706976
        14000600 00000000 ffffffff 00000000 00000000`),
    );
    expect(toHex(encodeNewAddress({ ...plain, label: "lo:vip" }, false, 3).subarray(40))).toBe(
      hex("0b000300 6c6f3a76697000 00"),
    );
  });
});

describe("RTM_DELADDR and RTM_GETADDR requests", () => {
  it("match the address, and the label when there is one", () => {
    expect(toHex(encodeDelAddress(plain, 4))).toBe(
      hex("28000000 1500 0500 04000000 00000000  02 20 00 00 01000000  08000200 c000020a 08000100 c000020a"),
    );
    expect(toHex(encodeDelAddress({ ...plain, label: "lo:vip" }, 4).subarray(40))).toBe(
      hex("0b0003006c6f3a7669700000"),
    );
  });

  it("dump one family and interface, or all", () => {
    expect(toHex(encodeGetAddresses(10, 3, 5))).toBe(hex("18000000 1600 0103 05000000 00000000  0a 00 00 00 03000000"));
  });
});

// Captured with `ip addr save` from kernel 6.18.
describe("addresses from the kernel", () => {
  it("are read with scope, label and lifetimes (IPv4)", () => {
    const message = messageOf(`5000000014000200c851006b955100000220 80fe01000000 08000100c000020a 08000200c000020a
      0b0003006c6f3a7669700000 0800080080000000 14000600ffffffffffffffff3025040030250400`);
    expect(decodeAddress(message, interfaceName)).toEqual({
      family: "ipv4",
      address: "192.0.2.10",
      prefixLength: 32,
      ifindex: 1,
      interface: "lo",
      scope: "host",
      flags: 0x80,
      proto: 0,
      rtPriority: 0,
      label: "lo:vip",
      preferredLifetime: Number.POSITIVE_INFINITY,
      validLifetime: Number.POSITIVE_INFINITY,
      peer: "",
    });
  });

  it("are read as deprecated with preferred lifetime 0 (IPv6)", () => {
    const message = messageOf(`4800000014000200c851006b955100000a80a20001000000
      1400010020010db8000000000000000000000010 1400060000000000ffffffff3225040032250400 08000800a2000000`);
    expect(decodeAddress(message, interfaceName)).toMatchObject({
      family: "ipv6",
      address: "2001:db8::10",
      prefixLength: 128,
      scope: "global",
      flags: 0xa2,
      label: "",
      preferredLifetime: 0,
      validLifetime: Number.POSITIVE_INFINITY,
    });
  });

  it("carry the kernel's own marks", () => {
    const loopback = messageOf(`5000000014000200c851006b955100000a8080fe01000000
      1400010000000000000000000000000000000001 14000600ffffffffffffffff2e2504002e250400 0800080080000000 05000b0001000000`);
    expect(decodeAddress(loopback, interfaceName)).toMatchObject({ address: "::1", proto: 1 });
    const linkLocal = messageOf(`5000000014000200c851006b955100000a40c0fd02000000
      14000100fe80000000000000787cddfffe8527a1 14000600ffffffffffffffff3025040030250400 08000800c0000000 05000b0003000000`);
    expect(decodeAddress(linkLocal, interfaceName)).toMatchObject({
      address: "fe80::787c:ddff:fe85:27a1",
      scope: "link",
      proto: 3,
      interface: "vb",
    });
  });

  it("are the local end of a point-to-point link, with the far end beside it", () => {
    const message = messageOf(`4c00000014000200c851006b95510000 0220800003000000 080001000a090902 080002000a090901
      0700030076610000 0800080080000000 14000600ffffffffffffffff3125040031250400`);
    expect(decodeAddress(message, interfaceName)).toMatchObject({
      address: "10.9.9.1",
      peer: "10.9.9.2",
      interface: "va",
    });
  });

  it("read back what was written, for any address", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })),
        fc.record({ flags: fc.integer({ min: 0, max: 0xffff }), proto: fc.integer({ min: 0, max: 255 }) }),
        (octets, { flags, proto }) => {
          const wire = { ...plain, octets, prefixLength: octets.length * 8, flags, proto };
          const read = decodeAddress(messageOf(toHex(encodeNewAddress(wire, false, 1))), interfaceName);
          expect(read).toMatchObject({ prefixLength: octets.length * 8, flags, proto, interface: "lo", peer: "" });
        },
      ),
    );
  });

  it("are nothing for other families, short messages and any octets at all", () => {
    expect(
      decodeAddress(messageOf("18000000140000000000000000000000 0700000001000000"), interfaceName),
    ).toBeUndefined();
    expect(decodeAddress(messageOf("14000000140000000000000000000000 02200000"), interfaceName)).toBeUndefined();
    expect(
      decodeAddress(messageOf("18000000140000000000000000000000 0220000001000000"), interfaceName),
    ).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (payload) => {
        const bytes = Uint8Array.from([...fromHex("00000000140000000000000000000000"), ...payload]);
        new DataView(bytes.buffer).setUint32(0, bytes.length, true);
        forEachMessage(bytes, (message) => decodeAddress(message, interfaceName));
      }),
    );
  });
});
