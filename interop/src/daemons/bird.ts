import { parseBirdProtocols } from "@vipcast/lab";
import {
  bothFamilies,
  type DaemonDriver,
  type DaemonSpec,
  type FamilyName,
  familyOfPrefix,
  isLinkLocal,
  type NeighbourSpec,
  type OwnRoute,
  type Place,
  type ReceivedRoute,
  readAsPath,
  readOrigin,
} from "./driver.ts";

/** BIRD 2: every route accepted, merged into ECMP routes and exported to the kernel. */
export const bird: DaemonDriver = {
  name: "bird",
  title: "BIRD",
  programs: ["bird", "birdc"],
  lacks: {
    "helps-restart-notified": "does not know the N bit (RFC 8538)",
    "resets-bridged": "does not know the N bit (RFC 8538)",
    "link-bandwidth": "does not weigh paths by it",
    "two-octet-as-for-four-octet-neighbour":
      "reads the neighbour's capability 65 all the same, and cannot be given a number beyond 65535 to compare it with",
  },
  version: { argv: ["bird", "--version"], pattern: /version (\S+)/ },
  files: (spec, place) => [{ path: `${place.folder}/bird.conf`, text: birdConfig(spec) }],
  start: (spec, place) => [
    {
      name: "bird",
      argv: [
        "bird",
        "-f",
        // Every start is a recovery, which is what sets the R and F bits.
        ...(spec.neighbours.some(({ gracefulRestart }) => gracefulRestart !== undefined) ? ["-R"] : []),
        ...["-c", `${place.folder}/bird.conf`, "-s", control(place), "-P", `${place.folder}/bird.pid`],
      ],
    },
  ],
  ready: async (daemon) =>
    (await daemon.ask(["birdc", "-s", control(daemon.place), "show", "status"])).includes("Daemon is up and running"),
  refresh: (place, { name }) => ["birdc", "-s", control(place), "reload", "in", name],
  shutDown: (place, _spec, { name }, text) => ["birdc", "-s", control(place), "disable", name, JSON.stringify(text)],
  sessions: async (daemon) =>
    parseBirdProtocols(await daemon.ask(["birdc", "-s", control(daemon.place), "show", "protocols", "all"])),
  received: async (daemon, family) => {
    const table = family === "ipv4-unicast" ? "master4" : "master6";
    const text = await daemon.ask(["birdc", "-s", control(daemon.place), "show", "route", "table", table, "all"]);
    const address = new Map(daemon.spec.neighbours.map((neighbour) => [neighbour.name, neighbour.address]));
    return parseBirdTable(text)
      .filter((route) => address.has(route.peer))
      .map((route) => ({ ...route, peer: address.get(route.peer) ?? route.peer }));
  },
};

function control(place: Place): string {
  return `${place.folder}/bird.ctl`;
}

/** BIRD's configuration language for a spec. */
export function birdConfig(spec: DaemonSpec): string {
  const kernel = (channel: "ipv4" | "ipv6"): string =>
    `protocol kernel kernel_${channel} { ${channel} { import none; export where source = RTS_BGP; }; merge paths on; }`;
  const own = (channel: "ipv4" | "ipv6"): string => {
    const routes = (spec.routes ?? []).filter((route) => channelOf(familyOfPrefix(route.prefix)) === channel);
    return `protocol static own_${channel} { ${channel};\n${routes.map(birdRoute).join("")}}`;
  };
  return `log stderr all;
router id ${spec.routerId};
protocol device { scan time 60; }
protocol direct { ipv4; ipv6; }
${kernel("ipv4")}
${kernel("ipv6")}
${own("ipv4")}
${own("ipv6")}
${spec.neighbours.map((neighbour) => birdNeighbour(spec, neighbour)).join("")}`;
}

function birdNeighbour(spec: DaemonSpec, neighbour: NeighbourSpec): string {
  const options = [
    `local ${neighbour.localAddress} as ${spec.asn}`,
    `neighbor ${neighbour.address} as ${neighbour.asn}`,
    `passive ${(neighbour.passive ?? true) ? "on" : "off"}`,
    neighbour.multihop === undefined ? "direct" : `multihop ${neighbour.multihop}`,
    `hold time ${neighbour.holdTime ?? 90}`,
    "connect delay time 1",
    "connect retry time 1",
    // The default, 60 to 300 seconds, is what keeps a neighbour out after an error.
    "error wait time 1,2",
    ...(neighbour.password === undefined ? [] : [`password ${JSON.stringify(neighbour.password)}`]),
    ...(neighbour.ttlSecurityHops === undefined ? [] : ["ttl security on"]),
    ...(neighbour.role === undefined ? [] : [`local role ${neighbour.role}`]),
    ...(neighbour.extendedMessages === true ? ["enable extended messages on"] : []),
    ...(neighbour.twoOctetAs === true ? ["enable as4 off"] : []),
    ...(neighbour.gracefulRestart === undefined
      ? []
      : ["graceful restart on", `graceful restart time ${neighbour.gracefulRestart}`]),
  ];
  const channels = (neighbour.families ?? bothFamilies).map((family) => {
    const channel = channelOf(family);
    const nextHop = family === "ipv4-unicast" ? spec.addresses.ipv4 : spec.addresses.ipv6;
    const addPath = neighbour.addPath === undefined ? "" : ` add paths ${addPathWords[neighbour.addPath]};`;
    // Over a link-local session it takes the next hop from its own addresses, and wants none told.
    const own = isLinkLocal(neighbour.address) ? "" : ` next hop address ${nextHop};`;
    const limit = neighbour.maxPrefixes === undefined ? "" : ` receive limit ${neighbour.maxPrefixes} action restart;`;
    const sources = neighbour.passesOn === true ? "~ [RTS_STATIC, RTS_BGP]" : "= RTS_STATIC";
    const extended = neighbour.extendedNextHop === true && channel === "ipv4" ? " extended next hop on;" : "";
    return `  ${channel} { import all; export where source ${sources};${own}${addPath}${limit}${extended} };\n`;
  });
  const lines = options.map((option) => `  ${option};\n`);
  return `protocol bgp ${neighbour.name} {\n${lines.join("")}${channels.join("")}}\n`;
}

const addPathWords = { send: "tx", receive: "rx", both: "on" } as const;

function birdRoute(route: OwnRoute): string {
  const attributes = [
    ...(route.med === undefined ? [] : [`bgp_med = ${route.med};`]),
    ...(route.communities ?? []).map((text) => `bgp_community.add((${text.replace(":", ",")}));`),
    ...(route.largeCommunities ?? []).map((text) => `bgp_large_community.add((${text.replaceAll(":", ",")}));`),
  ];
  return `  route ${route.prefix} blackhole { ${attributes.join(" ")} };\n`;
}

function channelOf(family: FamilyName): "ipv4" | "ipv6" {
  return family === "ipv4-unicast" ? "ipv4" : "ipv6";
}

/** Reads `birdc show route table T all`; `peer` is the name of the protocol. */
function parseBirdTable(text: string): readonly ReceivedRoute[] {
  const routes: ReceivedRoute[] = [];
  let prefix = "";
  // `192.0.2.10/32  unicast [node 13:40:00.123 from 10.0.0.1] * (100) [AS65001i]`; further paths have blanks for the prefix.
  const header = /^(\S+)?\s+(?:unicast|blackhole|unreachable|prohibit)\s+\[(\S+)[^\]]*\]\s*(\*)?/;
  for (const block of text.split(/\n(?=\S*\s+(?:unicast|blackhole|unreachable|prohibit)\s+\[)/)) {
    const match = block.match(header);
    if (match === null) continue;
    prefix = match[1] ?? prefix;
    const field = (name: string): string | undefined => block.match(new RegExp(`^\\s+BGP\\.${name}: *(.*)$`, "m"))?.[1];
    if (field("origin") === undefined) continue;
    routes.push({
      prefix,
      peer: match[2] ?? "",
      nextHop: field("next_hop")?.split(/\s+/)[0] ?? "",
      asPath: readAsPath(field("as_path")),
      origin: readOrigin(field("origin")?.trim()),
      med: numberOrNull(field("med")),
      localPref: numberOrNull(field("local_pref")),
      communities: tuples(field("community")),
      largeCommunities: tuples(field("large_community")),
      best: match[3] === "*",
    });
  }
  return routes;
}

/** `(65000,100) (65000,200)` → `65000:100`, `65000:200`. */
function tuples(text: string | undefined): readonly string[] {
  return [...(text ?? "").matchAll(/\(([^)]*)\)/g)].map((match) => (match[1] ?? "").split(/\s*,\s*/).join(":"));
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
