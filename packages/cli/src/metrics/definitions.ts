/** One metric: what `/metrics` says of it, and what docs/metrics.md is made from. */
export interface MetricDefinition {
  readonly type: "gauge" | "counter" | "histogram";
  /** One sentence without a period. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, for a histogram. */
  readonly buckets?: readonly number[];
}

const peer = ["peer"] as const;
const vip = ["vip"] as const;
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const gauge = (help: string, labels: readonly string[] = []): MetricDefinition => ({ type: "gauge", help, labels });
const counter = (help: string, labels: readonly string[] = []): MetricDefinition => ({ type: "counter", help, labels });
const histogram = (help: string, labels: readonly string[] = []): MetricDefinition => ({
  type: "histogram",
  help,
  labels,
  buckets: durations,
});

/** Every metric there is, by its name. Units are in the names: seconds, bytes, `_total` for what only grows. */
export const definitions = {
  vipcast_build_info: gauge("1; what is running is in the labels", ["version", "node"]),
  vipcast_ready: gauge("1 while /readyz answers 200"),
  vipcast_config_stale: gauge("1 while the files were refused at the last reload and something older is running"),
  vipcast_config_loaded_timestamp_seconds: gauge("When the configuration that is running was read, Unix time"),
  vipcast_config_reloads_total: counter("Reloads by what came of them: applied, failed in part, or refused", [
    "result",
  ]),
  vipcast_peers: gauge("Configured peers"),
  vipcast_vips: gauge("Configured virtual IPs, and those that are being taken away"),
  vipcast_session_up: gauge("1 while the session is Established", peer),
  vipcast_session_state: gauge("1 for the state that the session is in (RFC 4271 §8.2.2), 0 for the others", [
    "peer",
    "state",
  ]),
  vipcast_session_uptime_seconds: gauge("How long the session has been Established; 0 while it is not", peer),
  vipcast_session_established_total: counter("How often the session became Established", peer),
  vipcast_session_flaps_total: counter("How often the session ended after it had been Established", peer),
  vipcast_session_messages_total: counter("BGP messages, by direction: in, out", ["peer", "direction"]),
  vipcast_session_updates_total: counter("UPDATEs, by direction: in, out", ["peer", "direction"]),
  vipcast_session_bytes_total: counter("Octets of BGP, by direction: in, out", ["peer", "direction"]),
  vipcast_session_notifications_total: counter(
    "NOTIFICATIONs, by direction (in, out) and the name of the error code (RFC 4271 §4.5)",
    ["peer", "direction", "code"],
  ),
  vipcast_session_prefixes_in: gauge(
    "Prefixes accepted from the peer (none is unless something asks for it: RFC 8212)",
    peer,
  ),
  vipcast_session_prefixes_out: gauge("Prefixes announced to the peer on this session", peer),
  vipcast_session_prefixes_pending: gauge("Announcements and withdrawals that wait to be sent to the peer", peer),
  vipcast_vip_bound: gauge("1 while the address is on its interface", vip),
  vipcast_vip_healthy: gauge("1 while it is healthy; one without a check always is", vip),
  vipcast_vip_degraded: gauge("1 while it is degraded, and announced with the worst preference", vip),
  vipcast_vip_draining: gauge("1 while it drains or is drained", vip),
  vipcast_vip_announced: gauge("1 while its route is in our Adj-RIB-Out, whether or not a session is up", vip),
  vipcast_vip_announced_peers: gauge("To how many peers its route has been sent on the present session", vip),
  vipcast_vip_refused: gauge("1 while a guard refuses it", vip),
  vipcast_vip_checks_total: counter("Health checks that have ended, by result: success, failure", ["vip", "result"]),
  vipcast_vip_check_seconds: gauge("How long its latest check took, the longest of several", vip),
  vipcast_check_duration_seconds: histogram("How long health checks take, by kind and result: success, failure", [
    "kind",
    "result",
  ]),
  vipcast_address_restored_total: counter("How often somebody removed the address and it was put back", vip),
  vipcast_withdrawals_total: counter("Routes withdrawn, by reason, once for each peer", ["reason"]),
  vipcast_reconcile_errors_total: counter("Steps that failed and are tried again, by step", ["step"]),
  vipcast_event_loop_lag_seconds: histogram("How late the event loop runs a timer, sampled every 50 ms"),
  process_cpu_seconds_total: counter("CPU time, user and system"),
  process_resident_memory_bytes: gauge("Memory in RAM"),
  process_open_fds: gauge("Open file descriptors"),
  process_start_time_seconds: gauge("When the process started, Unix time"),
} satisfies Readonly<Record<string, MetricDefinition>>;

/** The name of a metric. */
export type MetricName = keyof typeof definitions;
