import { Family } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { peerSettings } from "../../src/peer/peer-settings.ts";
import type { PeerOptions } from "../../src/peer-options.ts";

const local = { asn: 65001, routerId: 1 };

function settings(options: Partial<PeerOptions> = {}): ReturnType<typeof peerSettings> {
  return peerSettings({ address: "10.0.0.254", asn: 65000, ...options }, local);
}

test("the defaults are those of a data centre: hold 9, connect retry 5, both families, port 179, active", () => {
  const { config, port, source, protection } = settings();
  expect(config).toMatchObject({ holdTime: 9, keepalive: null, connectRetry: 5, passive: false });
  expect(config.families).toEqual([Family.Ipv4Unicast, Family.Ipv6Unicast]);
  expect(config.capabilities.extendedNextHop).toEqual([]);
  expect({ port, source, protection }).toEqual({ port: 179, source: null, protection: {} });
});

test("an IPv6 session offers IPv6 next hops for IPv4 routes, unless told not to", () => {
  const extended = (options: Partial<PeerOptions>) => settings(options).config.capabilities.extendedNextHop;
  expect(extended({ address: "2001:db8::1" })).toEqual([Family.Ipv4Unicast]);
  expect(extended({ address: "2001:db8::1", extendedNextHop: false })).toEqual([]);
  expect(extended({ address: "2001:db8::1", families: ["ipv6-unicast"] })).toEqual([]);
  expect(extended({ extendedNextHop: true })).toEqual([Family.Ipv4Unicast]);
});

test("a link-local peer takes its zone from the interface, and the source from the peer", () => {
  const { address, source, protection } = settings({ address: "fe80::1", interface: "eth0", source: "fe80::2" });
  expect(address.text).toBe("fe80::1%eth0");
  expect(source).toMatchObject({ address: { text: "fe80::2%eth0" } });
  // The zone pins the interface, without SO_BINDTODEVICE.
  expect(protection).toEqual({});
});

test("socket options come as they were given", () => {
  const asked = { password: "s:e,c ret", ttlSecurity: 1, interface: "eth0", trafficClass: 0, userTimeout: 30 };
  expect(settings(asked).protection).toEqual(asked);
});

test("a source may be the name of an interface", () => {
  expect(settings({ source: "eth0" }).source).toEqual({ interface: "eth0" });
  expect(settings({ source: "10.0.0.1" }).source).toMatchObject({ address: { text: "10.0.0.1" } });
});

test("the peer's AS may be any that is not ours, or any that is, and ours may differ for it", () => {
  expect(settings({ asn: "external" }).config).toMatchObject({ localAs: 65001, remoteAs: "external" });
  expect(settings({ asn: "internal", localAs: 65010 }).config).toMatchObject({ localAs: 65010, remoteAs: "internal" });
});

test("what a group says holds unless the peer says otherwise", () => {
  const site = { asn: 65000, holdTime: 30, keepalive: 10, password: "site" } as const;
  const rack = { group: site, holdTime: 15, keepalive: 5, ttlSecurity: 1 } as const;
  const resolved = peerSettings({ address: "10.0.0.254", group: rack, keepalive: 2 }, local);
  expect(resolved.config).toMatchObject({ remoteAs: 65000, holdTime: 15, keepalive: 2 });
  expect(resolved.protection).toEqual({ password: "site", ttlSecurity: 1 });
});

describe("what is wrong is refused in words", () => {
  const bad: readonly (readonly [Partial<PeerOptions>, RegExp])[] = [
    [{ address: "router" }, /address "router" is not an IP address/],
    [{ address: "224.0.0.5" }, /cannot be a peer: .*; give the address that the router has/],
    [{ address: "fe80::1" }, /link-local: say on which interface, fe80::1%eth0/],
    [{ asn: 0 }, /asn is 0; it must be 1..4294967295/],
    [{ asn: 2 ** 32 }, /asn is 4294967296/],
    [{ asn: 1.5 }, /asn is 1.5; it must be a whole number/],
    [{ port: 65536 }, /port is 65536/],
    [{ holdTime: 2 }, /holdTime is 2; it must be 0 \(no keepalives\) or at least 3 seconds/],
    [{ holdTime: 65536 }, /holdTime is 65536/],
    [{ keepalive: 9 }, /keepalive is 9; it must be smaller than the holdTime of 9: leave it out/],
    [
      { keepalive: 3, holdTime: 0 },
      /keepalive is 3, but holdTime 0 means that no KEEPALIVEs are sent: leave keepalive out/,
    ],
    [{ connectRetry: 0 }, /connectRetry is 0/],
    [{ connectRetry: Number.NaN }, /connectRetry is NaN/],
    [
      { families: [] },
      /families is empty; a session needs at least one: name some of ipv4-unicast, ipv6-unicast, or leave/,
    ],
    [{ families: ["vpnv4" as "ipv4-unicast"] }, /family "vpnv4" is not one of ipv4-unicast, ipv6-unicast/],
    [{ source: "2001:db8::1" }, /not of the same IP version: give an IPv4 address of this host/],
    [{ source: "eth 0" }, /source "eth 0" is neither an IP address nor the name of an interface: give an address/],
    [{ source: "10.0.0" }, /source "10.0.0" is neither an IP address/],
    [{ asn: "any" as "external" }, /asn is any; it must be a whole number of 1..4294967295, "external" or "internal"/],
    [{ localAs: 0 }, /localAs is 0; it must be 1..4294967295/],
    [{ sendHoldTime: 9 }, /sendHoldTime is 9: a send hold time is 0, or above the hold time of 9 s/],
    [{ idleHold: { initial: 0 } }, /idleHold.initial is 0/],
    [{ maxPrefixes: 0 }, /maxPrefixes.ipv4-unicast is 0: a limit is 1 to 4294967295 prefixes/],
    [{ maxPrefixes: { limit: 5, warningPercent: 101 } }, /warningPercent is 101: a threshold is 1 to 100 per cent/],
    [
      { families: ["ipv4-unicast"], maxPrefixes: { "ipv6-unicast": 5 } },
      /names "ipv6-unicast", which is not in families \(ipv4-unicast\): add it there/,
    ],
    [{ role: "boss" as "peer" }, /role is boss: not a role of RFC 9234/],
    [{ role: "peer", asn: 65001 }, /roles are for external peers/],
    [{ roleStrict: true }, /needs a role of our own/],
    [{ delayOpen: -1 }, /delayOpen is -1; it must be 0..65535/],
    [{ trafficClass: 256 }, /trafficClass is 256; it must be 0..255/],
    [{ userTimeout: 0 }, /userTimeout is 0; it must be 1..65535/],
    [{ interface: "a/b" }, /interface "a\/b" is not the name of an interface/],
    [{ interface: "x".repeat(16) }, /1..15 characters/],
    [{ password: "" }, /password has 0 octets; .*: leave it out for no password/],
    [{ password: "ä".repeat(41) }, /password has 82 octets; TCP MD5 takes 1..80 \(RFC 2385\): shorten it/],
    [{ ttlSecurity: 255 }, /ttlSecurity is 255; it must be 1..254/],
    [
      { ttlSecurity: 1, multihop: 2 },
      /ttlSecurity is 1 and multihop is 2, which exclude each other: .*; leave one of them out/,
    ],
    [{ nextHopSelf: ["0.0.0.0"] }, /nextHopSelf "0.0.0.0" is not a unicast address: give one that reaches us/],
  ];
  test("an AS that neither the peer nor its group says", () => {
    expect(() => peerSettings({ address: "10.0.0.254", group: { holdTime: 3 } }, local)).toThrow(/asn is missing/);
  });

  test.each(bad)("%o", (options, message) => {
    expect(() => settings(options)).toThrow(message);
    expect(() => settings(options)).toThrow(expect.objectContaining({ code: "ERR_SPEAKER_OPTION" }));
  });
});
