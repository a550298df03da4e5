import type { BgpPath, RouterConfig, RouterSession } from "./router.ts";

/** BIRD's configuration for a router of the lab: every route accepted, equal ones merged, BGP routes exported to the kernel. */
export function birdConfig(config: RouterConfig): string {
  const kernel = (family: "ipv4" | "ipv6"): string =>
    `protocol kernel kernel_${family} { ${family} { import none; export where source = RTS_BGP; }; merge paths on; }`;
  const peer = (options: RouterConfig["peers"][number]): string => {
    const passive = options.passive ?? true;
    const password = options.password === undefined ? "" : `  password ${JSON.stringify(options.password)};\n`;
    return `protocol bgp ${options.name} {
  local as ${config.asn}${config.listenPort === undefined ? "" : ` port ${config.listenPort}`};
  neighbor ${options.address} as ${options.asn}${options.port === undefined ? "" : ` port ${options.port}`};
  passive ${passive ? "on" : "off"};
  hold time ${config.holdTime ?? 90};
  connect delay time 1;
  connect retry time 1;
  error wait time ${(config.birdErrorWait ?? [1, 5]).join(",")};
${password}  ipv4 { import all; export none; };
  ipv6 { import all; export none; };
}`;
  };
  return `log stderr all;
router id ${config.routerId};
protocol device { scan time 60; }
${kernel("ipv4")}
${kernel("ipv6")}
${config.peers.map(peer).join("\n")}
${config.extra ?? ""}
`;
}

/** Reads `birdc show route PREFIX all`. BIRD does not say which paths it merged: `multipath` is that of the best path alone. */
export function parseBirdRoutes(text: string): readonly BgpPath[] {
  const paths: BgpPath[] = [];
  let fields: Map<string, string> | null = null;
  let header: RegExpMatchArray | null = null;
  const finish = (): void => {
    if (fields?.has("BGP.origin")) paths.push(birdPath(header, fields));
  };
  for (const line of text.split("\n")) {
    // `192.0.2.10/32  unicast [node1 13:40:00.123] * (100) [AS65001i]`; further paths have blanks instead of the prefix.
    const start = line.match(/^(?:\S+|\s+)\s+(?:unicast|blackhole|unreachable|prohibit)\s+\[(\S+)[^\]]*\]\s*(\*)?/);
    if (start !== null) {
      finish();
      header = start;
      fields = new Map();
      continue;
    }
    const field = line.match(/^\s+(BGP\.\w+):\s*(.*)$/);
    if (field !== null) fields?.set(field[1] ?? "", (field[2] ?? "").trim());
  }
  finish();
  return paths;
}

function birdPath(header: RegExpMatchArray | null, fields: ReadonlyMap<string, string>): BgpPath {
  const origin = fields.get("BGP.origin")?.toLowerCase();
  const best = header?.[2] === "*";
  return {
    peer: header?.[1] ?? "",
    nextHop: fields.get("BGP.next_hop")?.split(/\s+/)[0] ?? "",
    asPath: (fields.get("BGP.as_path") ?? "")
      .split(/[^0-9]+/)
      .filter(Boolean)
      .map(Number),
    origin: origin === "igp" || origin === "egp" ? origin : "incomplete",
    med: numberOrNull(fields.get("BGP.med")),
    localPref: numberOrNull(fields.get("BGP.local_pref")),
    communities: tuples(fields.get("BGP.community")),
    largeCommunities: tuples(fields.get("BGP.large_community")),
    best,
    multipath: best,
  };
}

/** `(65000,100) (65000,200)` → `65000:100`, `65000:200`. */
function tuples(text: string | undefined): readonly string[] {
  return [...(text ?? "").matchAll(/\(([^)]*)\)/g)].map((match) => (match[1] ?? "").split(/\s*,\s*/).join(":"));
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

/** A session with the name BIRD's configuration gives the neighbour. */
export interface BirdSession extends RouterSession {
  readonly name: string;
}

/** Reads `birdc show protocols all`; protocols that are not BGP are left out. */
export function parseBirdProtocols(text: string): readonly BirdSession[] {
  const sessions: BirdSession[] = [];
  // Each protocol starts at column 0: `node1  BGP  ---  up  13:40:00.123  Established`.
  for (const block of text.split(/\n(?=\S)/)) {
    const name = block.match(/^(\S+)\s+BGP\s/)?.[1];
    if (name === undefined) continue;
    const field = (label: string): string | null =>
      block.match(new RegExp(`^\\s+${label}:\\s+(.*)$`, "m"))?.[1]?.trim() ?? null;
    const hold = field("Hold timer")?.match(/\/(\d+)/)?.[1];
    // What BIRD calls Passive is RFC 4271's Active without a dial.
    const state = (field("BGP state") ?? "idle").toLowerCase().replace("passive", "active");
    sessions.push({
      name,
      peer: field("Neighbor address") ?? "",
      state,
      // No timer is shown when it is off, which is what a hold time of 0 means.
      holdTime: hold === undefined ? (state === "established" ? 0 : null) : Number(hold),
      lastError: field("Last error"),
    });
  }
  return sessions;
}
