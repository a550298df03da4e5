import { describe, expect, test } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import type { Capability } from "../../src/codec/capabilities/spec.ts";
import type { OpenMessage } from "../../src/codec/message.ts";
import { negotiate } from "../../src/fsm/negotiate.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { sampleConfig, sampleNegotiated, sampleOpen } from "./samples.ts";

const { Ipv4Unicast, Ipv6Unicast } = Family;

function refusal(open: Partial<OpenMessage>, config = sampleConfig()) {
  const verdict = negotiate(sampleOpen(open), config);
  if (verdict.accepted) return "accepted";
  const { code, subcode, data } = verdict.notification;
  return { notification: `${code}/${subcode} ${toHex(data)}`.trim(), cause: verdict.cause };
}

function openWith(...capabilities: Capability[]): OpenMessage {
  return sampleOpen({ capabilities });
}

const ipv4: Capability = { code: 1, name: "multiprotocol", family: Ipv4Unicast };
const ipv6: Capability = { code: 1, name: "multiprotocol", family: Ipv6Unicast };

describe("an OPEN is refused (RFC 4271 §6.2)", () => {
  test.each([3, 5])("with version %i, and told the version we have", (version) => {
    expect(refusal({ version })).toMatchObject({ notification: "2/1 0004" });
  });

  test("from another AS than the configured one, with the remedy in the cause", () => {
    expect(refusal({ asn: 65009 })).toEqual({
      notification: "2/2",
      cause: "the peer says its AS is 65009, we expect 65000: set asn=65009 for this peer or correct the router",
    });
    expect(refusal({ asn: 4_200_000_000 })).toMatchObject({ notification: "2/2" });
  });

  test("from AS 0, in the field as in the capability (RFC 7607)", () => {
    for (const remoteAs of [65000, "external"] as const) {
      const config = sampleConfig({ remoteAs });
      expect(refusal({ asn: 0 }, config)).toMatchObject({
        notification: "2/2",
        cause: expect.stringContaining("AS is 0"),
      });
      expect(refusal({ asn: 65000, myAutonomousSystem: 0 }, config)).toMatchObject({
        notification: "2/2",
        cause: expect.stringContaining("AS is 0"),
      });
    }
  });

  test("from our own AS when the peer is external, from any other when it is internal", () => {
    expect(refusal({ asn: 65001 }, sampleConfig({ remoteAs: "external" }))).toMatchObject({ notification: "2/2" });
    expect(refusal({ asn: 65002 }, sampleConfig({ remoteAs: "internal" }))).toMatchObject({ notification: "2/2" });
    expect(refusal({ asn: 65002 }, sampleConfig({ remoteAs: "external" }))).toBe("accepted");
    expect(refusal({ asn: 65001 }, sampleConfig({ remoteAs: "internal" }))).toBe("accepted");
  });

  test.each([1, 2])("with a hold time of %i", (holdTime) => {
    expect(refusal({ holdTime })).toMatchObject({ notification: "2/6" });
  });

  test("with router id 0 (RFC 6286 §2.2)", () => {
    expect(refusal({ routerId: 0 })).toMatchObject({ notification: "2/3" });
  });

  test("with our own router id inside one AS, but not from another", () => {
    expect(refusal({ asn: 65001, routerId: 0x0a000001 }, sampleConfig({ remoteAs: 65001 }))).toEqual({
      notification: "2/3",
      cause: "the peer has our own router id 10.0.0.1: give one of the two another router id",
    });
    expect(refusal({ routerId: 0x0a000001 })).toBe("accepted");
  });

  test("without a family in common, naming ours as capabilities (RFC 5492 §5)", () => {
    const both = sampleConfig({ families: [Ipv4Unicast, 0x0001_02] });
    expect(refusal({ capabilities: [ipv6] }, both)).toEqual({
      notification: "2/7 010400010001010400010002",
      cause:
        "no address family in common: the peer offers ipv6-unicast, this peer is configured for ipv4-unicast, ipv4-multicast: change families here or enable ipv4-unicast for us on the router",
    });
  });

  test("the first fault in the order of the fields is the one that is named", () => {
    expect(refusal({ version: 3, asn: 0, holdTime: 1, routerId: 0 })).toMatchObject({ notification: "2/1 0004" });
    expect(refusal({ asn: 0, holdTime: 1, routerId: 0 })).toMatchObject({ notification: "2/2" });
    expect(refusal({ holdTime: 1, routerId: 0 })).toMatchObject({ notification: "2/6" });
  });
});

describe("hold and keepalive time", () => {
  const times = (ours: number, theirs: number, keepalive: number | null = null) => {
    const negotiated = sampleNegotiated(sampleConfig({ holdTime: ours, keepalive }), sampleOpen({ holdTime: theirs }));
    return [negotiated.holdTime, negotiated.keepalive];
  };

  test("the smaller hold time counts, and keepalives are a third of it", () => {
    expect(times(9, 90)).toEqual([9, 3]);
    expect(times(90, 9)).toEqual([9, 3]);
  });

  test("a configured keepalive counts as long as it is not longer than that third", () => {
    expect(times(90, 90, 10)).toEqual([90, 10]);
    expect(times(90, 9, 10)).toEqual([9, 3]);
  });

  test("0 on either side switches both off", () => {
    expect(times(0, 90)).toEqual([0, 0]);
    expect(times(90, 0, 10)).toEqual([0, 0]);
  });
});

describe("families", () => {
  const dual = sampleConfig({ families: [Ipv6Unicast, Ipv4Unicast] });

  test("are those of both, in our order", () => {
    expect(sampleNegotiated(dual, openWith(ipv4, ipv6)).families).toEqual([Ipv6Unicast, Ipv4Unicast]);
    expect(sampleNegotiated(dual, openWith(ipv4)).families).toEqual([Ipv4Unicast]);
  });

  test("a peer without any multiprotocol capability speaks IPv4 unicast (RFC 4760 §8)", () => {
    expect(sampleNegotiated(dual, openWith()).families).toEqual([Ipv4Unicast]);
  });
});

describe("capabilities", () => {
  test("four-octet AS counts only when the peer has it too", () => {
    expect(sampleNegotiated().codecContext.fourOctetAs).toBe(true);
    expect(sampleNegotiated().codecContext.confederation).toBe(false);
    expect(sampleNegotiated(sampleConfig(), openWith(ipv4)).codecContext.fourOctetAs).toBe(false);
  });

  test("extended messages need both sides and raise the limit", () => {
    const open = openWith(ipv4, { code: 6, name: "extended-message" });
    expect(sampleNegotiated(sampleConfig(), open).codecContext.maxMessageLength).toBe(65535);
    expect(sampleNegotiated().codecContext.maxMessageLength).toBe(4096);
    const without = sampleConfig({ capabilities: { extendedMessage: false } });
    expect(sampleNegotiated(without, open)).toMatchObject({
      extendedMessage: false,
      codecContext: { maxMessageLength: 4096 },
    });
  });

  test("ADD-PATH goes the ways in which one offers to send and the other to receive (RFC 7911 §4)", () => {
    const config = sampleConfig({
      families: [Ipv4Unicast, Ipv6Unicast],
      capabilities: {
        addPath: [
          { family: Ipv4Unicast, send: true, receive: true },
          { family: Ipv6Unicast, send: false, receive: true },
        ],
      },
    });
    const open = openWith(ipv4, ipv6, {
      code: 69,
      name: "add-path",
      families: [
        { family: Ipv4Unicast, send: false, receive: true },
        { family: Ipv6Unicast, send: true, receive: true },
      ],
    });
    const { addPath, codecContext } = sampleNegotiated(config, open);
    expect(addPath).toEqual({ send: [Ipv4Unicast], receive: [Ipv6Unicast] });
    expect(codecContext).toMatchObject({ addPathSend: [Ipv4Unicast], addPathReceive: [Ipv6Unicast] });
  });

  test("IPv6 next hops need the family, and IPv6 as its next hop, on both sides (RFC 8950)", () => {
    const config = sampleConfig({ capabilities: { extendedNextHop: [Ipv4Unicast] } });
    const offer = (nextHopAfi: number) =>
      openWith(ipv4, { code: 5, name: "extended-next-hop", entries: [{ family: Ipv4Unicast, nextHopAfi }] });
    expect(sampleNegotiated(config, offer(2)).extendedNextHop).toEqual([Ipv4Unicast]);
    expect(sampleNegotiated(config, offer(1)).extendedNextHop).toEqual([]);
    expect(sampleNegotiated(sampleConfig(), offer(2)).extendedNextHop).toEqual([]);
  });

  test("route refresh needs both sides", () => {
    expect(sampleNegotiated()).toMatchObject({ routeRefresh: true, enhancedRouteRefresh: false });
    expect(sampleNegotiated(sampleConfig({ capabilities: { routeRefresh: false } })).routeRefresh).toBe(false);
    expect(sampleNegotiated(sampleConfig(), openWith(ipv4)).routeRefresh).toBe(false);
  });

  test("the peer's graceful restart capability is kept as it is, the last one of several", () => {
    const restart = (restartTime: number) =>
      ({
        code: 64,
        name: "graceful-restart",
        restarted: false,
        notification: false,
        restartTime,
        families: [],
      }) as const;
    expect(sampleNegotiated(sampleConfig(), openWith(ipv4, restart(5), restart(7))).gracefulRestart).toEqual(
      restart(7),
    );
    expect(sampleNegotiated().gracefulRestart).toBeNull();
  });

  test("iBGP is seen from the AS numbers", () => {
    const internal = sampleNegotiated(sampleConfig({ remoteAs: "internal" }), sampleOpen({ asn: 65001 }));
    expect([internal.internal, internal.codecContext.internal]).toEqual([true, true]);
    expect(sampleNegotiated().internal).toBe(false);
  });
});
