import { describe, expect, it } from "vitest";
import { AF } from "../../src/libc/constants.ts";
import { encodeMd5Signature } from "../../src/tcp/md5.ts";
import { toHex } from "../support/hex.ts";

describe("struct tcp_md5sig (RFC 2385 §2.0)", () => {
  it("is 216 bytes with the key's length at 130 and the key at 136", () => {
    const bytes = encodeMd5Signature({ peer: "192.0.2.1", key: "secret" }, AF.inet);
    expect(bytes.length).toBe(216);
    expect(toHex(bytes.subarray(0, 8))).toBe("02000000c0000201");
    expect(toHex(bytes.subarray(128, 142))).toBe("0000060000000000736563726574");
    expect(bytes.subarray(142).every((octet) => octet === 0)).toBe(true);
  });

  it("names an IPv4 peer of an IPv6 socket in its mapped form", () => {
    const bytes = encodeMd5Signature({ peer: "192.0.2.1", key: "k" }, AF.inet6);
    expect(toHex(bytes.subarray(0, 24))).toBe("0a0000000000000000000000000000000000ffffc0000201");
  });

  it("covers a prefix when asked, host bits cleared, counted in the family's own bits", () => {
    const bytes = encodeMd5Signature({ peer: "192.0.2.77", prefixLength: 24, key: "k" }, AF.inet6);
    expect(toHex(bytes.subarray(20, 24))).toBe("c0000200");
    expect(toHex(bytes.subarray(128, 132))).toBe("01180100");
    const ipv6 = encodeMd5Signature({ peer: "2001:db8::1", prefixLength: 32, key: "k" }, AF.inet6);
    expect(toHex(ipv6.subarray(8, 24))).toBe("20010db8000000000000000000000000");
  });

  it("takes any bytes as a key, up to 80", () => {
    const bytes = encodeMd5Signature({ peer: "::1", key: Uint8Array.of(0, 255, 58) }, AF.inet6);
    expect(toHex(bytes.subarray(130, 139))).toBe("030000000000" + "00ff3a");
    expect(encodeMd5Signature({ peer: "::1", key: "k".repeat(80) }, AF.inet6)[130]).toBe(80);
    expect(() => encodeMd5Signature({ peer: "::1", key: "k".repeat(81) }, AF.inet6)).toThrow("at most 80 bytes");
    expect(() => encodeMd5Signature({ peer: "::1", key: "é".repeat(41) }, AF.inet6)).toThrow("and this one 82");
  });

  it("is refused for what cannot be a peer, without showing the key", () => {
    const refusals = [
      () => encodeMd5Signature({ peer: "router", key: "hush" }, AF.inet),
      () => encodeMd5Signature({ peer: "::1", key: "hush" }, AF.inet),
      () => encodeMd5Signature({ peer: "192.0.2.1", prefixLength: 33, key: "hush" }, AF.inet),
    ];
    for (const refusal of refusals) {
      expect(refusal).toThrow(RangeError);
      expect(refusal).not.toThrow("hush");
    }
  });
});
