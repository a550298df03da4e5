/** IANA "Capability Codes". The codec decodes those that have a file in `codec/capabilities`; the rest travel as bytes. */
export const CapabilityCode = {
  Multiprotocol: 1,
  RouteRefresh: 2,
  OutboundRouteFiltering: 3,
  ExtendedNextHop: 5,
  ExtendedMessage: 6,
  BgpsecCapability: 7,
  MultipleLabels: 8,
  Role: 9,
  GracefulRestart: 64,
  FourOctetAs: 65,
  DynamicCapability: 67,
  Multisession: 68,
  AddPath: 69,
  EnhancedRouteRefresh: 70,
  LongLivedGracefulRestart: 71,
  RoutingPolicyDistribution: 72,
  Fqdn: 73,
  SoftwareVersion: 75,
  RouteRefreshCisco: 128,
} as const;

const names: Readonly<Record<number, string>> = {
  1: "Multiprotocol Extensions",
  2: "Route Refresh",
  3: "Outbound Route Filtering",
  5: "Extended Next Hop Encoding",
  6: "BGP Extended Message",
  7: "BGPsec",
  8: "Multiple Labels",
  9: "BGP Role",
  64: "Graceful Restart",
  65: "4-octet AS number",
  67: "Dynamic Capability",
  68: "Multisession BGP",
  69: "ADD-PATH",
  70: "Enhanced Route Refresh",
  71: "Long-Lived Graceful Restart",
  72: "Routing Policy Distribution",
  73: "FQDN",
  75: "Software Version",
  128: "Route Refresh (pre-standard)",
};

/** The registry's name of a capability, or `capability N`. */
export function capabilityName(code: number): string {
  return names[code] ?? `capability ${code}`;
}
