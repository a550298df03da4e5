import { type DesiredVip, NODE_COMMUNITY_FUNCTION } from "@vipcast/announcer";
import type { Problem } from "../arguments/problem.ts";
import type { AnnounceSettings } from "./settings.ts";

/** What contradicts itself between one option and another, each option being right alone. Pure. */
export function crossProblems(settings: AnnounceSettings, vips: readonly DesiredVip[]): readonly Problem[] {
  return [
    ...routerIdProblems(settings, vips),
    ...nextHopProblems(settings),
    ...familyProblems(settings, vips),
    ...guardProblems(settings),
  ];
}

/** The last-node guard knows other nodes by their community, and they are set like this one. */
function guardProblems({ asn, health, nodeCommunity }: AnnounceSettings): Problem[] {
  const form = `${asn}:${NODE_COMMUNITY_FUNCTION}:`;
  if (health.lastNodeGuard !== true || nodeCommunity === "auto" || nodeCommunity?.startsWith(form)) return [];
  const subject = `--last-node-guard --node-community ${nodeCommunity ?? "none"}`;
  const rule = `nodes are known to each other by communities that begin with ${form}`;
  return [{ subject, rule, remedy: `write --node-community auto, or ${form} and a number that this node alone has` }];
}

function routerIdProblems({ routerId, peers }: AnnounceSettings, vips: readonly DesiredVip[]): Problem[] {
  if (routerId === null) return [];
  const subject = `--router-id ${routerId}`;
  const remedy = "write an address that this host alone has, or leave it out";
  // Every node would have the same identifier, and routers refuse a second one in an AS (RFC 6286 §2.1).
  if (vips.some(({ address }) => address === routerId))
    return [{ subject, rule: "is a virtual IP, which every node has", remedy }];
  if (peers.some(({ address }) => address === routerId))
    return [{ subject, rule: "is the address of a peer, which probably has it as its own router id", remedy }];
  return [];
}

function nextHopProblems({ nextHops, peers }: AnnounceSettings): Problem[] {
  const given = [nextHops[4], nextHops[6]].filter((hop) => hop !== null);
  return given.flatMap((hop) => {
    const subject = `--next-hop ${hop}`;
    const remedy = "write an address of this host, or leave it out";
    // RFC 4271 §5.1.3: "A route originated by a BGP speaker SHALL NOT be advertised to a peer using an address of that peer as NEXT_HOP."
    if (peers.some(({ address }) => address === hop)) {
      const rule = "is the address of a peer, which would route to itself (RFC 4271 §5.1.3)";
      return [{ subject, rule, remedy }];
    }
    return [];
  });
}

/** A peer that no virtual IP could ever be announced to. */
function familyProblems({ peers }: AnnounceSettings, vips: readonly DesiredVip[]): Problem[] {
  if (vips.length === 0) return [];
  const announced = new Set(vips.map(({ family }) => (family === 4 ? "ipv4-unicast" : "ipv6-unicast")));
  return peers
    .filter(({ families }) => !families.some((family) => announced.has(family)))
    .map(({ address, families }) => {
      const written = families.map((family) => family.replace("-unicast", "")).join("+");
      const other = written === "ipv4" ? "ipv6" : "ipv4";
      return {
        subject: `--peer ${address},families=${written}`,
        rule: `no virtual IP is of that family, so that nothing would be announced to this peer`,
        remedy: `write families=${other}, or leave it out`,
      };
    });
}
