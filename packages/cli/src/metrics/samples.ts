import type { CheckExplanation, Explanation } from "@vipcast/announcer";
import type { FsmStateName } from "@vipcast/bgp";
import type { PeerSnapshot } from "@vipcast/speaker";
import type { MetricName } from "./definitions.ts";
import type { NotificationCount, Tally } from "./tally.ts";

/** What a peer is at the moment of a scrape. */
export interface PeerFigures {
  readonly snapshot: Pick<PeerSnapshot, "address" | "state" | "since" | "counters" | "routes">;
  readonly notifications: readonly NotificationCount[];
}

/** Everything that is looked at for one scrape. */
export interface Observation {
  readonly nowMs: number;
  readonly version: string;
  readonly ready: boolean;
  readonly config: { readonly stale: boolean; readonly loadedAtMs: number };
  readonly peers: readonly PeerFigures[];
  readonly vips: readonly Pick<
    Explanation,
    "vip" | "bound" | "health" | "state" | "announced" | "refusal" | "verdict" | "peers"
  >[];
  readonly tally: Tally;
}

/** One value of a metric. */
export interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const states: Readonly<Record<FsmStateName, true>> = {
  Idle: true,
  Connect: true,
  Active: true,
  OpenSent: true,
  OpenConfirm: true,
  Established: true,
};
const stateNames: readonly string[] = Object.keys(states);

/** How many peers, and how many VIPs, have series of their own. */
const seriesLimit = 1000;
/** The label of all others: their values are added up. */
export const overflow = "other";

/** What is shown for an observation. Pure. Whoever is not configured any more is not in the observation, and so has no series. */
export function samplesOf(seen: Observation, limit: number = seriesLimit): readonly Sample[] {
  const peers = new Series("peer", limit);
  for (const { snapshot, notifications } of seen.peers) addPeer(peers, snapshot, notifications, seen.nowMs);
  const vips = new Series("vip", limit);
  for (const vip of seen.vips) addVip(vips, vip, seen.tally);
  return [...own(seen), ...peers.samples, ...vips.samples];
}

function own({ version, ready, config, peers, vips, tally }: Observation): Sample[] {
  const one = (name: MetricName, value: number, labels: Readonly<Record<string, string>> = {}): Sample => ({
    name,
    labels,
    value,
  });
  return [
    one("vipcast_build_info", 1, { version, node: process.version }),
    one("vipcast_ready", Number(ready)),
    one("vipcast_config_stale", Number(config.stale)),
    one("vipcast_config_loaded_timestamp_seconds", config.loadedAtMs / 1000),
    ...Object.entries(tally.reloads).map(([result, count]) => one("vipcast_config_reloads_total", count, { result })),
    one("vipcast_peers", peers.length),
    one("vipcast_vips", vips.length),
    ...[...tally.withdrawals].map(([reason, count]) => one("vipcast_withdrawals_total", count, { reason })),
    ...[...tally.reconcileErrors].map(([step, count]) => one("vipcast_reconcile_errors_total", count, { step })),
  ];
}

function addPeer(
  series: Series,
  { address, state, since, counters, routes }: PeerFigures["snapshot"],
  notifications: readonly NotificationCount[],
  nowMs: number,
): void {
  const up = state === "Established";
  const add = series.of(address);
  add("vipcast_session_up", Number(up));
  for (const name of stateNames) add("vipcast_session_state", Number(name === state), { state: name });
  add("vipcast_session_uptime_seconds", up ? Math.max(0, nowMs - Date.parse(since)) / 1000 : 0);
  add("vipcast_session_established_total", counters.established);
  add("vipcast_session_flaps_total", counters.established - Number(up));
  const both = (name: MetricName, into: number, out: number): void => {
    add(name, into, { direction: "in" });
    add(name, out, { direction: "out" });
  };
  both("vipcast_session_messages_total", counters.messagesReceived, counters.messagesSent);
  both("vipcast_session_updates_total", counters.updatesReceived, counters.updatesSent);
  both("vipcast_session_bytes_total", counters.octetsReceived, counters.octetsSent);
  for (const { direction, code, total } of notifications)
    add("vipcast_session_notifications_total", total, { direction: direction === "sent" ? "out" : "in", code });
  add("vipcast_session_prefixes_in", routes.received);
  add("vipcast_session_prefixes_out", routes.advertised);
  add("vipcast_session_prefixes_pending", routes.pending);
}

function addVip(
  series: Series,
  { vip, bound, health, state, announced, refusal, verdict, peers }: Observation["vips"][number],
  tally: Tally,
): void {
  const add = series.of(vip);
  add("vipcast_vip_bound", Number(bound));
  add("vipcast_vip_healthy", Number(health === "healthy"));
  add("vipcast_vip_degraded", Number(health === "degraded"));
  add("vipcast_vip_draining", Number(state === "draining" || state === "drained"));
  add("vipcast_vip_announced", Number(announced));
  add("vipcast_vip_announced_peers", peers.filter((peer) => peer.announced).length);
  add("vipcast_vip_refused", Number(refusal !== null));
  add("vipcast_address_restored_total", tally.restored(vip));
  const check = verdict?.check ?? null;
  if (check === null) return;
  const probes = probesOf(check);
  if (probes.length === 0) return;
  const failed = probes.reduce((sum, probe) => sum + probe.totalFailed, 0);
  const total = probes.reduce((sum, probe) => sum + probe.total, 0);
  add("vipcast_vip_checks_total", total - failed, { result: "success" });
  add("vipcast_vip_checks_total", failed, { result: "failure" });
  const took = probes.flatMap(({ last }) => (last === null ? [] : [last.tookMs]));
  if (took.length > 0) add("vipcast_vip_check_seconds", Math.max(...took) / 1000);
}

type ProbeFigures = Extract<CheckExplanation, { readonly total: number }>;

/** The checks inside groups, flat. */
function probesOf(check: CheckExplanation): readonly ProbeFigures[] {
  switch (check.kind) {
    case "all":
    case "any":
      return check.of.flatMap(probesOf);
    case "pushed":
      return [];
    case "tcp":
    case "http":
    case "exec":
    case "icmp":
    case "dns":
      return [check];
    default:
      return check satisfies never;
  }
}

/** Samples with one label whose values are bounded: whoever comes after the first `limit` is added to the overflow. */
class Series {
  readonly #samples = new Map<string, { name: MetricName; labels: Readonly<Record<string, string>>; value: number }>();
  readonly #label: string;
  readonly #limit: number;
  #seen = 0;

  constructor(label: string, limit: number) {
    this.#label = label;
    this.#limit = limit;
  }

  get samples(): readonly Sample[] {
    return [...this.#samples.values()];
  }

  /** Returns what adds a sample of one peer or VIP. */
  of(value: string): (name: MetricName, amount: number, more?: Readonly<Record<string, string>>) => void {
    const shown = this.#seen++ < this.#limit ? value : overflow;
    return (name, amount, more = {}) => {
      const labels = { [this.#label]: shown, ...more };
      const key = `${name} ${Object.values(labels).join(" ")}`;
      const sample = this.#samples.get(key);
      if (sample === undefined) this.#samples.set(key, { name, labels, value: amount });
      else sample.value += amount;
    };
  }
}
