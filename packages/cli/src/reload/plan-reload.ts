import type { DesiredVip } from "@vipcast/announcer";
import type { ConfigSettings, ConfiguredPeer } from "../config/settings.ts";
import { type ListenSettings, listenText } from "../values/listen.ts";
import { durationText } from "../values/numbers.ts";
import type { ReloadChange, ReloadPlan } from "./change.ts";
import { addedSentence, reboundSentence, removedSentence } from "./vip-sentences.ts";

/** A configuration together with the keys of its peers, by address. */
export interface Configured {
  readonly settings: ConfigSettings;
  readonly keys: ReadonlyMap<string, string>;
}

/**
 * What changes between two configurations, field by field, and what each change costs. Pure: what is equal is not touched, and two equal
 * configurations give an empty plan.
 */
export function planReload(before: Configured, after: Configured): ReloadPlan {
  const { settings: old } = before;
  const { settings: wanted } = after;
  const changes = [
    ...listenChanges(old.listen, wanted.listen),
    ...peerChanges(before, after),
    ...vipChanges(old.vips, wanted.vips),
    ...weightChanges(old, wanted),
    ...ownChanges(old, wanted),
  ];
  return { changes, needsRestart: restartReasons(old, wanted) };
}

function restartReasons(old: ConfigSettings, wanted: ConfigSettings): string[] {
  const reasons: string[] = [];
  const compare = (key: string, was: unknown, is: unknown, why: string): void => {
    if (was === is) return;
    reasons.push(`${key} stays ${shown(was)}: ${why}; restart vipcast to make it ${shown(is)}`);
  };
  compare("asn", old.asn, wanted.asn, "it is in the OPEN of every session");
  compare("routerId", old.routerId ?? "auto", wanted.routerId ?? "auto", "it is in the OPEN of every session");
  compare(
    "stateDir",
    old.stateDir ?? "the default",
    wanted.stateDir ?? "the default",
    "what is ours is recorded there",
  );
  compare("instance", old.instance ?? "unset", wanted.instance ?? "unset", "the marks on our addresses come from it");
  compare(
    "drainIdle",
    old.drainIdleMs === null ? "unset" : durationText(old.drainIdleMs),
    wanted.drainIdleMs === null ? "unset" : durationText(wanted.drainIdleMs),
    "it is set for the life of the process",
  );
  return reasons;
}

function listenChanges(old: readonly ListenSettings[], wanted: readonly ListenSettings[]): ReloadChange[] {
  const missing = (one: ListenSettings, among: readonly ListenSettings[]): boolean =>
    !among.some((other) => listenText(other) === listenText(one));
  return [
    ...old
      .filter((one) => missing(one, wanted))
      .map((listen): ReloadChange => {
        const sentence = `nothing listens on ${listenText(listen)} any more; sessions that came in there stay`;
        return { kind: "listen-remove", listen, cost: "none", sentence };
      }),
    ...wanted
      .filter((one) => missing(one, old))
      .map((listen): ReloadChange => {
        return { kind: "listen-add", listen, cost: "none", sentence: `sessions are accepted on ${listenText(listen)}` };
      }),
  ];
}

/** Fields of a peer that only count when a session begins, and need not end the one that is up. */
const fromNextSession: readonly string[] = ["advertisementInterval", "description", "timers.connectRetry"];

function peerChanges(before: Configured, after: Configured): ReloadChange[] {
  const old = new Map(before.settings.peers.map((peer) => [peer.address, peer]));
  const wanted = new Map(after.settings.peers.map((peer) => [peer.address, peer]));
  const changes: ReloadChange[] = [];
  for (const { address } of old.values()) {
    if (wanted.has(address)) continue;
    const sentence = `the session with ${address} ends with Cease / Peer De-configured, and its routes with it`;
    changes.push({ kind: "peer-remove", address, cost: "session", sentence });
  }
  for (const peer of wanted.values()) {
    const was = old.get(peer.address);
    if (was === undefined) {
      const sentence = `a session with ${peer.address} (AS ${peer.asn}) begins, and it is told every virtual IP`;
      changes.push({ kind: "peer-add", peer, cost: "routes", sentence });
      continue;
    }
    const fields = changedPeerFields(was, peer);
    if (fields.length > 0) changes.push(peerReplacement(peer, fields));
    else if (before.keys.get(peer.address) !== after.keys.get(peer.address)) {
      const sentence = `the TCP MD5 key of ${peer.address} changes while the session is up; it stays when the peer's does within the hold time`;
      changes.push({ kind: "peer-key", address: peer.address, cost: "none", sentence });
    }
  }
  return changes;
}

function peerReplacement(peer: ConfiguredPeer, fields: readonly string[]): ReloadChange {
  const { address } = peer;
  if (fields.every((field) => fromNextSession.includes(field))) {
    const sentence = `${fields.join(", ")} of ${address} counts from the next session on; this one is not touched`;
    return { kind: "peer-replace", peer, when: "down", fields, cost: "none", sentence };
  }
  const sentence = `the session with ${address} is reset, because ${fields.join(", ")} cannot change while it is up`;
  return { kind: "peer-replace", peer, when: "now", fields, cost: "session", sentence };
}

function changedPeerFields(was: ConfiguredPeer, is: ConfiguredPeer): string[] {
  const flat = ({ timers, passwordFile: _file, passwordVariable: _variable, ...rest }: ConfiguredPeer): object => ({
    ...rest,
    "timers.holdTime": timers.holdTime,
    "timers.keepalive": timers.keepalive,
    "timers.connectRetry": timers.connectRetry,
  });
  return changedFields(flat(was), flat(is));
}

/** Fields of a VIP that are in its routes. */
const routeFields: readonly string[] = [
  "nextHop",
  "med",
  "localPref",
  "prepend",
  "communities",
  "largeCommunities",
  "preference",
  "weight",
];
/** Fields of a VIP that decide where and whether it is bound. */
const bindFields: readonly string[] = ["interface", "bind", "assumeBound", "adopt"];
/** Fields of a VIP that say how its health is found; a route changes only when that finds something else. */
const healthFields: readonly string[] = ["check", "whenUnhealthy", "lastNodeGuard"];

function vipChanges(old: readonly DesiredVip[], wanted: readonly DesiredVip[]): ReloadChange[] {
  const before = new Map(old.map((vip) => [vip.prefix, vip]));
  const after = new Set(wanted.map(({ prefix }) => prefix));
  const changes: ReloadChange[] = [];
  for (const vip of old) {
    const { prefix } = vip;
    if (after.has(prefix)) continue;
    changes.push({ kind: "vip-remove", prefix, cost: "routes", sentence: removedSentence(vip) });
  }
  for (const vip of wanted) {
    const was = before.get(vip.prefix);
    if (was === undefined) {
      changes.push({ kind: "vip-add", vip, cost: "routes", sentence: addedSentence(vip) });
      continue;
    }
    const fields = changedFields(was, vip);
    if (fields.length > 0) changes.push(vipChange(was, vip, fields));
  }
  return changes;
}

/** Of virtual IPs that stay: what a new one takes its weight from is part of its beginning. */
function weightChanges(old: ConfigSettings, wanted: ConfigSettings): ReloadChange[] {
  const known = new Set(old.vips.map(({ prefix }) => prefix));
  return wanted.vips.flatMap(({ prefix }): ReloadChange[] => {
    const [was, is] = [old.weights.get(prefix), wanted.weights.get(prefix)];
    if (!known.has(prefix) || JSON.stringify(was) === JSON.stringify(is)) return [];
    const source =
      is === undefined ? "its configured weight again" : `${is.source.name}, every ${durationText(is.intervalMs)}`;
    const sentence = `the weight of ${prefix} comes from ${source}; where that is another, its route is announced again, and routers that weigh it move flows`;
    return [{ kind: "vip-weight", prefix, cost: "routes", sentence }];
  });
}

function vipChange(was: DesiredVip, vip: DesiredVip, fields: readonly string[]): ReloadChange {
  const named = `${fields.join(", ")} of ${vip.prefix}`;
  if (fields.some((field) => bindFields.includes(field))) {
    const sentence = `${named} changes: ${reboundSentence(was, vip)}`;
    return { kind: "vip-change", vip, fields, cost: "routes", sentence };
  }
  if (fields.some((field) => routeFields.includes(field))) {
    const sentence = `${named} changes: its route is announced again, and routers that compare it move flows`;
    return { kind: "vip-change", vip, fields, cost: "routes", sentence };
  }
  if (fields.includes("maintenanceFile")) {
    const sentence = `${named} changes; ${maintenanceSentence(was.maintenanceFile, vip.maintenanceFile)}`;
    return { kind: "vip-change", vip, fields, cost: "routes", sentence };
  }
  const judged = fields.some((field) => healthFields.includes(field));
  const sentence = `${named} changes; nothing is sent${judged ? " unless its health turns out to be another" : ""}`;
  return { kind: "vip-change", vip, fields, cost: "none", sentence };
}

/** Whether a file is there is not for the configuration to say: both answers are. */
function maintenanceSentence(was: string | null, is: string | null): string {
  const drained = is === null ? null : `where ${is} is there, it is drained and withdrawn`;
  if (was === null) return `${drained}, else nothing is sent`;
  const back = `a maintenance because of ${was} ends, and it is announced again`;
  return is === null ? `${back}; without one nothing is sent` : `${drained}; where not, ${back}`;
}

function ownChanges(old: ConfigSettings, wanted: ConfigSettings): ReloadChange[] {
  const changes: ReloadChange[] = [];
  const { drainMs, stopTimeoutMs, metrics, logLevel } = wanted;
  if (drainMs !== old.drainMs || stopTimeoutMs !== old.stopTimeoutMs) {
    const sentence = `the next stop drains for ${durationText(drainMs)} and takes at most ${durationText(stopTimeoutMs)}`;
    changes.push({ kind: "stopping", drainMs, stopTimeoutMs, cost: "none", sentence });
  }
  const place = metrics === null ? null : listenText(metrics);
  if (place !== (old.metrics === null ? null : listenText(old.metrics))) {
    const sentence = place === null ? "metrics are not served any more" : `metrics are served on ${place}`;
    changes.push({ kind: "metrics", listen: metrics, cost: "none", sentence });
  }
  if (logLevel !== old.logLevel) {
    const sentence = `the log level is ${logLevel} instead of ${old.logLevel}`;
    changes.push({ kind: "log-level", logLevel, cost: "none", sentence });
  }
  const fields = changedFields(old.control, wanted.control);
  if (fields.length > 0) {
    const sentence = `the control API is opened anew, because ${fields.join(", ")} of control changes; requests under way are answered`;
    changes.push({ kind: "control", control: wanted.control, cost: "none", sentence });
  }
  return changes;
}

/** Names of the fields that differ, values compared by what they say. */
function changedFields(was: object, is: object): string[] {
  const before = new Map<string, unknown>(Object.entries(was));
  return Object.entries(is)
    .filter(([key, value]) => JSON.stringify(before.get(key)) !== JSON.stringify(value))
    .map(([key]) => key);
}

function shown(value: unknown): string {
  return String(value);
}
