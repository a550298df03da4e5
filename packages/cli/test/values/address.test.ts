import { describe, expect, test } from "vitest";
import { embedsIpv4, isUnicast, parseAddress } from "../../src/values/address.ts";

describe("an address", () => {
  test.each([
    ["10.0.0.1", "10.0.0.1", 4, null],
    ["2001:DB8:0::1", "2001:db8::1", 6, null],
    ["[2001:db8::1]", "2001:db8::1", 6, null],
    ["fe80::1%eth0", "fe80::1", 6, "eth0"],
  ])("%s is %s", (text, canonical, version, zone) => {
    expect(parseAddress(text)).toMatchObject({ text: canonical, version, zone });
  });

  test.each(["10.0.1", "010.0.0.1", "[10.0.0.1]", "fe80::1%", "fe80::1%a%b", "2001:db8::/64", "router", ""])(
    "%j is none",
    (text) => {
      expect(parseAddress(text)).toBeNull();
    },
  );

  test.each([
    ["10.0.0.1", true],
    ["192.0.2.1", true],
    ["127.0.0.1", true],
    ["fe80::1", true],
    ["2001:db8::1", true],
    ["0.0.0.0", false],
    ["224.0.0.1", false],
    ["240.0.0.1", false],
    ["255.255.255.255", false],
    ["::", false],
    ["ff02::1", false],
    ["::ffff:10.0.0.1", false],
    ["::10.0.0.1", false],
  ])("%s can be the other end of a session: %s", (text, expected) => {
    expect(isUnicast(parseAddress(text)!)).toBe(expected);
  });

  test.each([
    ["::ffff:10.0.0.1", true],
    ["::a00:1", true],
    ["::1", false],
    ["::", false],
    ["2001:db8::1", false],
    ["10.0.0.1", false],
  ])("%s is IPv4 in another form: %s", (text, expected) => {
    expect(embedsIpv4(parseAddress(text)!)).toBe(expected);
  });
});
