import type { RouterSession } from "@vipcast/lab";
import {
  bothFamilies,
  type DaemonDriver,
  type DaemonSpec,
  type FamilyName,
  type NeighbourSpec,
  type OwnRoute,
  type Place,
  type ReceivedRoute,
  readJson,
  readOrigin,
} from "./driver.ts";

/**
 * ExaBGP keeps no table that can be asked: it tells a process of ours, as JSON lines, what happens on its sessions. That process
 * writes them to a file, from which sessions and routes are put together here.
 */
export const exabgp: DaemonDriver = {
  name: "exabgp",
  title: "ExaBGP",
  programs: ["exabgp"],
  lacks: {
    "link-bandwidth": "does not weigh paths by it",
    "kernel-routes": "installs no routes",
    "several-neighbours": "keeps routes apart by neighbour and prefers none",
    role: "does not know roles",
    "helps-restart": "has no table of received routes",
    "helps-restart-notified": "has no table of received routes",
    "restarts-gracefully": "sends the capability, and knows nothing of what was preserved",
    "resets-bridged": "does not know the N bit (RFC 8538)",
    "enhanced-refresh": "asks for no routes again",
    "max-prefixes": "has no limits",
    refreshes: "asks for no routes again",
    "shutdown-text": "sends no text with its shutdown",
    "link-local": "takes no interface with an address",
    "dials-link-local": "takes no interface with an address",
    gtsm: "does not set the TTL of a connection it accepted to 255",
  },
  oldKnowsAs: "as-trans",
  version: { argv: ["exabgp", "--version"], pattern: /ExaBGP : (\S+)/ },
  files: (spec, place) => [
    { path: `${place.folder}/exabgp.conf`, text: exabgpConfig(spec, place) },
    { path: events(place), text: "" },
    // ExaBGP ends a process that closes its standard output; descriptor 3 keeps it open.
    { path: `${place.folder}/record.sh`, text: `exec cat 3>&1 >>${events(place)}\n` },
  ],
  start: (spec, place) => [
    {
      name: "exabgp",
      argv: ["exabgp", `${place.folder}/exabgp.conf`],
      env: {
        "exabgp.daemon.user": "root",
        "exabgp.daemon.drop": "false",
        "exabgp.api.cli": "false",
        "exabgp.tcp.port": "179",
        ...(spec.neighbours.some((neighbour) => neighbour.passive ?? true)
          ? { "exabgp.tcp.bind": [...new Set(spec.neighbours.map(({ localAddress }) => localAddress))].join(" ") }
          : {}),
      },
    },
  ],
  ready: async (daemon) => daemon.log().some((line) => line.includes("loaded new configuration successfully")),
  sessions: async (daemon) => {
    const known = replay(await daemon.read(events(daemon.place)));
    return daemon.spec.neighbours.map(
      ({ address }) => known.sessions.get(address) ?? { peer: address, state: "idle", holdTime: null, lastError: null },
    );
  },
  received: async (daemon, family) => {
    const { routes } = replay(await daemon.read(events(daemon.place)));
    return [...routes.values()].filter((route) => route.family === family).map(({ family: _, ...route }) => route);
  },
};

function events(place: Place): string {
  return `${place.folder}/events`;
}

/** ExaBGP's configuration for a spec. A block must be written over several lines. */
function exabgpConfig(spec: DaemonSpec, place: Place): string {
  return `process record {
  run /bin/sh ${place.folder}/record.sh;
  encoder json;
}
${spec.neighbours.map((neighbour) => exabgpNeighbour(spec, neighbour)).join("")}`;
}

function exabgpNeighbour(spec: DaemonSpec, neighbour: NeighbourSpec): string {
  const families = (neighbour.families ?? bothFamilies).map((family) => `    ${family.replace("-", " ")};\n`);
  const options = [
    `router-id ${spec.routerId}`,
    `local-address ${neighbour.localAddress}`,
    `local-as ${spec.asn}`,
    `peer-as ${neighbour.asn}`,
    `hold-time ${neighbour.holdTime ?? 90}`,
    ...((neighbour.passive ?? true) ? ["passive true"] : []),
    ...(neighbour.password === undefined ? [] : [`md5-password ${JSON.stringify(neighbour.password)}`]),
    ...(neighbour.ttlSecurityHops === undefined
      ? []
      : [`incoming-ttl ${256 - neighbour.ttlSecurityHops}`, "outgoing-ttl 255"]),
    ...(neighbour.multihop === undefined ? [] : [`outgoing-ttl ${neighbour.multihop}`]),
  ];
  return `neighbor ${neighbour.address} {
${options.map((option) => `  ${option};\n`).join("")}  family {
${families.join("")}  }
  capability {
    asn4 ${neighbour.twoOctetAs === true ? "disable" : "enable"};
    route-refresh enable;
    add-path ${addPathWords[neighbour.addPath ?? "none"]};
    extended-message ${neighbour.extendedMessages === true ? "enable" : "disable"};
    nexthop ${neighbour.extendedNextHop === true ? "enable" : "disable"};
  }
${neighbour.extendedNextHop === true ? "  nexthop {\n    ipv4 unicast ipv6;\n  }\n" : ""}  static {
${(spec.routes ?? []).map((route) => exabgpRoute(spec, route)).join("")}  }
  api {
    processes [ record ];
    neighbor-changes;
    receive {
      parsed;
      open;
      update;
      notification;
    }
    send {
      parsed;
      open;
      notification;
    }
  }
}
`;
}

const addPathWords = { none: "disable", send: "send", receive: "receive", both: "send/receive" } as const;

function exabgpRoute(spec: DaemonSpec, route: OwnRoute): string {
  const words = [
    `next-hop ${route.prefix.includes(":") ? spec.addresses.ipv6 : spec.addresses.ipv4}`,
    "origin igp",
    ...(route.med === undefined ? [] : [`med ${route.med}`]),
    ...(route.communities === undefined ? [] : [`community [ ${route.communities.join(" ")} ]`]),
    ...(route.largeCommunities === undefined ? [] : [`large-community [ ${route.largeCommunities.join(" ")} ]`]),
  ];
  return `    route ${route.prefix} ${words.join(" ")};\n`;
}

interface ExabgpAttributes {
  readonly origin?: string;
  readonly "as-path"?: readonly (number | readonly number[])[];
  readonly med?: number;
  readonly "local-preference"?: number;
  readonly community?: readonly (readonly [number, number])[];
  readonly "large-community"?: readonly (readonly [number, number, number])[];
}

type ExabgpNlri = string | { readonly nlri: string; readonly "path-information"?: string };

interface ExabgpUpdate {
  readonly attribute?: ExabgpAttributes;
  /** Family → next hop → prefixes. */
  readonly announce?: Record<string, Record<string, readonly ExabgpNlri[]>>;
  readonly withdraw?: Record<string, readonly ExabgpNlri[]>;
}

interface ExabgpEvent {
  readonly type?: string;
  readonly neighbor?: {
    readonly address?: { readonly peer?: string };
    readonly state?: string;
    readonly reason?: string;
    readonly direction?: string;
    readonly open?: { readonly hold_time?: number };
    readonly notification?: { readonly code?: number; readonly subcode?: number; readonly message?: string };
    readonly message?: { readonly update?: ExabgpUpdate };
  };
}

interface Known {
  readonly sessions: Map<string, RouterSession>;
  readonly routes: Map<string, ReceivedRoute & { readonly family: FamilyName }>;
}

/** Puts sessions and routes together from the JSON lines of ExaBGP's version 4 encoder. */
export function replay(text: string): Known {
  const known: Known = { sessions: new Map(), routes: new Map() };
  const holdTimes = new Map<string, number>();
  for (const line of text.split("\n")) {
    const event = readJson(line) as ExabgpEvent | null;
    const peer = event?.neighbor?.address?.peer;
    if (event === null || peer === undefined) continue;
    const session = known.sessions.get(peer) ?? { peer, state: "idle", holdTime: null, lastError: null };
    const { neighbor = {} } = event;
    if (event.type === "state") {
      const up = neighbor.state === "up";
      if (neighbor.state === "down") dropRoutes(known, peer);
      known.sessions.set(peer, {
        ...session,
        state: up ? "established" : neighbor.state === "connected" ? "opensent" : "idle",
        holdTime: up ? (holdTimes.get(peer) ?? null) : null,
        lastError: neighbor.reason ?? session.lastError,
      });
      if (neighbor.state === "connected") holdTimes.delete(peer);
    } else if (event.type === "open") {
      // The hold time of a session is the smaller of both OPENs'.
      holdTimes.set(peer, Math.min(holdTimes.get(peer) ?? Number.POSITIVE_INFINITY, neighbor.open?.hold_time ?? 0));
    } else if (event.type === "notification") {
      const { code, subcode, message = "" } = neighbor.notification ?? {};
      const lastError = `${neighbor.direction} notification ${code}/${subcode} ${message}`.trim();
      known.sessions.set(peer, { ...session, lastError });
    } else if (event.type === "update") applyUpdate(known, peer, neighbor.message?.update ?? {});
  }
  return known;
}

function dropRoutes(known: Known, peer: string): void {
  for (const [key, route] of known.routes) if (route.peer === peer) known.routes.delete(key);
}

function applyUpdate(known: Known, peer: string, update: ExabgpUpdate): void {
  for (const nlris of Object.values(update.withdraw ?? {}))
    for (const nlri of nlris) known.routes.delete(`${peer} ${pathOf(nlri)}`);
  const attributes = update.attribute ?? {};
  for (const [words, hops] of Object.entries(update.announce ?? {})) {
    const family = words.startsWith("ipv4") ? "ipv4-unicast" : "ipv6-unicast";
    for (const [nextHop, nlris] of Object.entries(hops))
      for (const nlri of nlris)
        known.routes.set(`${peer} ${pathOf(nlri)}`, {
          family,
          prefix: prefixOf(nlri),
          peer,
          nextHop,
          asPath: (attributes["as-path"] ?? []).flat(),
          origin: readOrigin(attributes.origin),
          med: attributes.med ?? null,
          localPref: attributes["local-preference"] ?? null,
          communities: (attributes.community ?? []).map((value) => value.join(":")),
          largeCommunities: (attributes["large-community"] ?? []).map((value) => value.join(":")),
          // It has no decision process.
          best: true,
        });
  }
}

/** The prefix, and the path identifier where there is one (RFC 7911). */
function pathOf(nlri: ExabgpNlri): string {
  return typeof nlri === "string" ? nlri : `${nlri.nlri} ${nlri["path-information"] ?? ""}`;
}

function prefixOf(nlri: ExabgpNlri): string {
  return typeof nlri === "string" ? nlri : nlri.nlri;
}
