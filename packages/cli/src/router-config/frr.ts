import { handwork, hashingAdvice, passwordPlaceholder, type RouterSide } from "./router-side.ts";

/** FRR's side of a session: what `vtysh -b` or bgpd takes as a configuration. */
export function frrSide(side: RouterSide): string {
  const notes = [
    `FRR on ${side.router} (AS ${side.asn})${side.description === null ? "" : `, ${side.description}`}: its side of the sessions with vipcast in AS ${side.nodeAsn}.`,
    "It honours GRACEFUL_SHUTDOWN (RFC 8326), by which a node that drains asks not to be used, without a word here.",
    ...(side.port === 179 ? [] : [`bgpd listens on port ${side.port}: start it with -p ${side.port}.`]),
    ...handwork(side),
    ...hashingAdvice,
  ];
  const lines = [
    ...notes.map((note) => `! ${note}`),
    ...side.families.flatMap((family) => prefixList(family, side.prefixes[family])),
    "route-map VIPCAST-NOTHING deny 10",
    "exit",
    `router bgp ${side.asn}`,
    ...(side.version === 4 ? [` bgp router-id ${side.router}`] : []),
    " no bgp default ipv4-unicast",
    " bgp bestpath as-path multipath-relax",
    " neighbor VIPCAST peer-group",
    ` neighbor VIPCAST remote-as ${side.nodeAsn}`,
    ...session(side).map((words) => ` neighbor VIPCAST ${words}`),
    ...side.nodes.flatMap(({ address }) => [
      ` neighbor ${address} peer-group VIPCAST`,
      ...(side.zone === null ? [] : [` neighbor ${address} interface ${side.zone}`]),
      ...(side.nodePort === null || side.nodePort === 179 ? [] : [` neighbor ${address} port ${side.nodePort}`]),
    ]),
    ...side.families.flatMap((family) => addressFamily(side, family)),
    "exit",
  ];
  return `${lines.join("\n")}\n`;
}

function prefixList(family: 4 | 6, prefixes: readonly string[]): string[] {
  const ip = family === 4 ? "ip" : "ipv6";
  const list = prefixes.map(
    (prefix, index) => `${ip} prefix-list VIPCAST${family} seq ${(index + 1) * 5} permit ${prefix}`,
  );
  return [
    ...(list.length === 0 ? [`${ip} prefix-list VIPCAST${family} seq 5 deny any`] : list),
    `route-map VIPCAST${family} permit 10`,
    ` match ${ip} address prefix-list VIPCAST${family}`,
    "exit",
  ];
}

function session(side: RouterSide): string[] {
  const { ttlSecurity, multihop, holdTime, keepalive, connectRetry } = side;
  const internal = side.asn === side.nodeAsn;
  return [
    `timers ${keepalive} ${holdTime}`,
    `timers connect ${connectRetry}`,
    ...(side.nodePort === null ? ["passive"] : []),
    ...(side.password ? [`password ${passwordPlaceholder}`] : []),
    ...(ttlSecurity === null ? [] : [`ttl-security hops ${ttlSecurity}`]),
    // Of an internal neighbour no hop is counted.
    ...(multihop === null || internal ? [] : [`ebgp-multihop ${multihop}`]),
  ];
}

function addressFamily({ addPath, asn, nodeAsn }: RouterSide, family: 4 | 6): string[] {
  return [
    ` address-family ipv${family} unicast`,
    "  neighbor VIPCAST activate",
    `  neighbor VIPCAST route-map VIPCAST${family} in`,
    "  neighbor VIPCAST route-map VIPCAST-NOTHING out",
    ...(addPath === "send" || addPath === "both" ? ["  neighbor VIPCAST addpath-tx-all-paths"] : []),
    `  maximum-paths ${asn === nodeAsn ? "ibgp " : ""}64`,
    " exit-address-family",
  ];
}
