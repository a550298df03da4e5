import type { BgpPath, RouterConfig, RouterSession } from "./router.ts";

/** bgpd's configuration for a router of the lab: every route accepted, up to 64 paths used, also over different neighbour ASes. */
export function frrConfig(config: RouterConfig): string {
  const peers = config.peers.map((peer) =>
    [
      ` neighbor ${peer.address} remote-as ${peer.asn}`,
      ` neighbor ${peer.address} description ${peer.name}`,
      ` neighbor ${peer.address} timers ${Math.max(1, Math.floor((config.holdTime ?? 90) / 3))} ${config.holdTime ?? 90}`,
      ` neighbor ${peer.address} timers connect 1`,
      ...((peer.passive ?? true) ? [` neighbor ${peer.address} passive`] : []),
      ...(peer.port === undefined ? [] : [` neighbor ${peer.address} port ${peer.port}`]),
      ...(peer.password === undefined ? [] : [` neighbor ${peer.address} password ${peer.password}`]),
    ].join("\n"),
  );
  const family = (name: string): string =>
    [
      ` address-family ${name} unicast`,
      "  maximum-paths 64",
      "  maximum-paths ibgp 64",
      ...config.peers.map((peer) => `  neighbor ${peer.address} activate`),
      " exit-address-family",
    ].join("\n");
  return `hostname router
log stdout
router bgp ${config.asn}
 bgp router-id ${config.routerId}
 no bgp ebgp-requires-policy
 no bgp network import-check
 no bgp default ipv4-unicast
 bgp bestpath as-path multipath-relax
${peers.join("\n")}
${family("ipv4")}
${family("ipv6")}
exit
${config.extra ?? ""}
`;
}

interface FrrPath {
  readonly valid?: boolean;
  readonly multipath?: boolean;
  readonly bestpath?: { readonly overall?: boolean };
  readonly aspath?: { readonly segments?: readonly { readonly list?: readonly number[] }[] };
  readonly origin?: string;
  readonly metric?: number;
  readonly locPrf?: number;
  readonly community?: { readonly string?: string };
  readonly largeCommunity?: { readonly string?: string };
  readonly nexthops?: readonly { readonly ip?: string; readonly used?: boolean }[];
  readonly peer?: { readonly peerId?: string };
}

/** Reads `show bgp ipv4 unicast PREFIX json`. An answer without paths is an empty table. */
export function parseFrrRoute(text: string): readonly BgpPath[] {
  const { paths = [] } = parseObject(text) as { readonly paths?: readonly FrrPath[] };
  return paths.map((path) => {
    const best = path.bestpath?.overall === true;
    const origin = path.origin?.toLowerCase();
    const hop = path.nexthops?.find(({ used }) => used === true) ?? path.nexthops?.[0];
    return {
      peer: path.peer?.peerId ?? "",
      nextHop: hop?.ip ?? "",
      asPath: (path.aspath?.segments ?? []).flatMap((segment) => segment.list ?? []),
      origin: origin === "igp" || origin === "egp" ? origin : "incomplete",
      med: path.metric ?? null,
      localPref: path.locPrf ?? null,
      communities: words(path.community?.string),
      largeCommunities: words(path.largeCommunity?.string),
      best,
      multipath: best || path.multipath === true,
    };
  });
}

interface FrrNeighbor {
  readonly bgpState?: string;
  readonly bgpTimerHoldTimeMsecs?: number;
  readonly lastNotificationReason?: string;
  readonly lastResetDueTo?: string;
}

/** Reads `show bgp neighbors json`. */
export function parseFrrNeighbors(text: string): readonly RouterSession[] {
  return Object.entries(parseObject(text) as Record<string, FrrNeighbor>)
    .filter(([, neighbor]) => neighbor.bgpState !== undefined)
    .map(([peer, neighbor]) => {
      const state = (neighbor.bgpState ?? "idle").toLowerCase();
      const hold = neighbor.bgpTimerHoldTimeMsecs;
      return {
        peer,
        state,
        // Before the session is up FRR prints what it would offer.
        holdTime: state === "established" && hold !== undefined ? hold / 1000 : null,
        lastError:
          neighbor.lastNotificationReason ?? (state === "established" ? null : (neighbor.lastResetDueTo ?? null)),
      };
    });
}

function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}

function parseObject(text: string): object {
  const start = text.indexOf("{");
  if (start < 0) return {};
  return JSON.parse(text.slice(start)) as object;
}
