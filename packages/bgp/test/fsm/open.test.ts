import { expect, test } from "vitest";
import { ownOpen } from "../../src/fsm/open.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { sampleConfig } from "./samples.ts";

test("our OPEN names every family and the four-octet AS even when nothing else is asked for", () => {
  const config = sampleConfig({
    localAs: 4_200_000_001,
    families: [Family.Ipv6Unicast, Family.Ipv4Unicast],
    capabilities: { routeRefresh: false, extendedMessage: false },
  });
  expect(ownOpen(config)).toEqual({
    asn: 4_200_000_001,
    holdTime: 9,
    routerId: 0x0a000001,
    capabilities: [
      { code: 1, name: "multiprotocol", family: Family.Ipv6Unicast },
      { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
      { code: 65, name: "four-octet-as", asn: 4_200_000_001 },
    ],
  });
});

test("every optional capability is sent when asked for, and extra ones last", () => {
  const family = Family.Ipv4Unicast;
  const config = sampleConfig({
    capabilities: {
      enhancedRouteRefresh: true,
      extendedNextHop: [family],
      addPath: [{ family, send: true, receive: false }],
      gracefulRestart: {
        restarted: true,
        notification: true,
        restartTime: 10,
        families: [{ family, forwarding: true }],
      },
      extra: [{ code: 73, name: "unknown", value: Uint8Array.of(0) }],
    },
  });
  expect(ownOpen(config).capabilities).toEqual([
    { code: 1, name: "multiprotocol", family },
    { code: 2, name: "route-refresh" },
    { code: 5, name: "extended-next-hop", entries: [{ family, nextHopAfi: 2 }] },
    { code: 6, name: "extended-message" },
    {
      code: 64,
      name: "graceful-restart",
      restarted: true,
      notification: true,
      restartTime: 10,
      families: [{ family, forwarding: true }],
    },
    { code: 65, name: "four-octet-as", asn: 65001 },
    { code: 69, name: "add-path", families: [{ family, send: true, receive: false }] },
    { code: 70, name: "enhanced-route-refresh" },
    { code: 73, name: "unknown", value: Uint8Array.of(0) },
  ]);
});
