import { handwork, hashingAdvice, passwordPlaceholder, type RouterSide } from "./router-side.ts";

/** BIRD 2's side of a session: a whole file that `bird -p` accepts. */
export function birdSide(side: RouterSide): string {
  const notes = [
    `BIRD 2 on ${side.router} (AS ${side.asn})${side.description === null ? "" : `, ${side.description}`}: its side of the sessions with vipcast in AS ${side.nodeAsn}.`,
    "What your bird.conf has already (router id, protocol device, protocol kernel) is to be left out here; check with bird -p.",
    ...handwork(side),
    ...hashingAdvice,
  ];
  const blocks = [
    notes.map((note) => `# ${note}`).join("\n"),
    ...(side.version === 4 ? [`router id ${side.router};`] : []),
    "protocol device {}",
    ...side.families.map(kernel),
    ...side.families.map((family) => filter(family, side.prefixes[family])),
    template(side),
    ...side.nodes.map(({ address }, index) => neighbour(side, address, index + 1)),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function kernel(family: 4 | 6): string {
  return `# equal routes become one with several next hops
protocol kernel kernel${family} { merge paths on; ipv${family} { import none; export where source = RTS_BGP; }; }`;
}

function filter(family: 4 | 6, prefixes: readonly string[]): string {
  const accepted =
    prefixes.length === 0
      ? "  reject; # no virtual IP of this family"
      : `  if net !~ [ ${prefixes.join(", ")} ] then reject;
  # a node that drains asks not to be used (GRACEFUL_SHUTDOWN, RFC 8326)
  if (65535, 0) ~ bgp_community then bgp_local_pref = 0;
  accept;`;
  return `filter vipcast_vips${family} {\n${accepted}\n}`;
}

function template(side: RouterSide): string {
  const { router, zone, asn, port, nodeAsn, holdTime, keepalive, connectRetry, ttlSecurity, multihop } = side;
  const lines = [
    `local ${zone === null ? `${router} ` : ""}${port === 179 ? "" : `port ${port} `}as ${asn};`,
    `neighbor as ${nodeAsn};`,
    ...(zone === null ? [] : [`interface "${zone}";`]),
    ...(side.nodePort === null ? ["passive on;                # the nodes dial, and do not listen"] : []),
    `hold time ${holdTime};`,
    ...(holdTime === 0 ? [] : [`keepalive time ${keepalive};`]),
    `connect retry time ${connectRetry};`,
    "error wait time 1, 5;      # the default keeps a node out for a minute and more after an error",
    ...(side.password ? [`password "${passwordPlaceholder}";`] : []),
    ...reach(ttlSecurity, multihop),
    ...side.families.map((family) => channel(side, family)),
  ];
  return `template bgp vipcast_nodes {\n${lines.map((line) => `  ${line}`).join("\n")}\n}`;
}

function reach(ttlSecurity: number | null, multihop: number | null): string[] {
  const hops = ttlSecurity ?? multihop ?? 1;
  return [...(hops > 1 ? [`multihop ${hops};`] : []), ...(ttlSecurity === null ? [] : ["ttl security on;"])];
}

function channel({ addPath }: RouterSide, family: 4 | 6): string {
  const words = { send: "tx", receive: "rx", both: "on" } as const;
  const paths = addPath === null ? "" : ` add paths ${words[addPath]};`;
  return `ipv${family} { import filter vipcast_vips${family}; export none;${paths} };`;
}

function neighbour({ nodePort }: RouterSide, address: string, index: number): string {
  const port = nodePort === null || nodePort === 179 ? "" : ` port ${nodePort}`;
  return `protocol bgp vipcast_node${index} from vipcast_nodes { neighbor ${address}${port}; }`;
}
