import type { Announcer, Explanation } from "@vipcast/announcer";
import type { VipView } from "../resources/vip.ts";
import type { ControlTarget } from "../target.ts";

/** A virtual IP in short. */
export function vipView(explained: Explanation, { daemon }: Pick<ControlTarget, "daemon">): VipView {
  const { vip, state, announced, bound, healthy, health, preference, standbyMs, weight } = explained;
  const declared = daemon.declared(vip);
  const origin = daemon.isFromFiles(vip) ? "file" : declared === undefined ? "none" : "api";
  return {
    vip,
    state,
    announced,
    bound,
    interface: explained.interface,
    healthy,
    health,
    preference,
    standbyMs,
    weight,
    holdDownMs: Math.round(explained.holdDownMs + (explained.verdict?.holdDownMs ?? 0)),
    origin,
    persisted: origin === "api" && declared?.persisted === true,
    reason: unsentReason(explained) ?? explained.reasons[0] ?? "",
    peers: explained.peers.map((peer) => ({
      peer: peer.peer,
      announced: peer.announced,
      fingerprint: peer.fingerprint,
    })),
  };
}

/**
 * Why no peer has been sent a virtual IP that is in our Adj-RIB-Out, as a sentence without a period; null where one has, or it is not announced. A session that is up says more than those
 * that are not.
 */
export function unsentReason({ announced, peers }: Pick<Explanation, "announced" | "peers">): string | null {
  if (!announced || peers.some((peer) => peer.announced)) return null;
  const telling = peers.find(({ established }) => established) ?? peers[0];
  return telling === undefined ? "there is no peer to send it to" : `${telling.peer}: ${telling.why}`;
}

/** Prefixes in an order that people expect: IPv4 first, then by address. */
export function sortedPrefixes(announcer: Pick<Announcer, "prefixes">): string[] {
  const key = (prefix: string): string =>
    prefix.includes(":") ? `6${prefix}` : `4${prefix.replace(/\d+/g, (digits) => digits.padStart(3, "0"))}`;
  return announcer
    .prefixes()
    .map((prefix) => [key(prefix), prefix] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, prefix]) => prefix);
}
