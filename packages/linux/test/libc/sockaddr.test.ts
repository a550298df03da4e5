import { describe, expect, it } from "vitest";
import { encodeSocketAddress, encodeUnixAddress, mappedToIpv6 } from "../../src/libc/sockaddr.ts";
import { fromHex, toHex } from "../support/hex.ts";

describe("socket addresses", () => {
  it("hold family in host order, port in network order and the octets", () => {
    expect(toHex(encodeSocketAddress(fromHex("c0000201"), 179))).toBe("020000b3c00002010000000000000000");
  });

  it("hold the scope of an IPv6 link-local address", () => {
    expect(toHex(encodeSocketAddress(fromHex(`fe80${"00".repeat(13)}02`), 179, 3))).toBe(
      `0a0000b300000000fe80${"00".repeat(13)}0203000000`,
    );
  });

  it("of Unix sockets are paths that end with a zero octet, or abstract names that begin with one", () => {
    expect(toHex(encodeUnixAddress("/run/n")!)).toBe("01002f72756e2f6e00");
    expect(toHex(encodeUnixAddress("@name")!)).toBe("0100006e616d65");
  });

  it("of Unix sockets are refused when the kernel would cut them", () => {
    expect(encodeUnixAddress(`/${"x".repeat(106)}`)).toHaveLength(110);
    expect(encodeUnixAddress(`/${"x".repeat(107)}`)).toBeNull();
    expect(encodeUnixAddress(`@${"x".repeat(107)}`)).toHaveLength(110);
    expect(encodeUnixAddress("/a\0b")).toBeNull();
  });

  it("map IPv4 into IPv6", () => {
    expect(toHex(mappedToIpv6(fromHex("c0000201")))).toBe("00000000000000000000ffffc0000201");
  });
});
