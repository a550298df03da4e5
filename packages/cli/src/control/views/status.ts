import type { Explanation } from "@vipcast/announcer";
import type { Peer } from "@vipcast/speaker";
import type { Status } from "../resources/status.ts";
import type { ControlTarget } from "../target.ts";
import { configState } from "./config.ts";
import { unsentReason } from "./vip.ts";

/** How many things that are wrong are named; the rest is counted. */
const mostNamed = 100;

/** The virtual IPs, counted. Filled in turns, for there may be many. */
export class VipCounts {
  readonly states: Record<string, number> = {};
  configured = 0;
  announced = 0;
  sent = 0;
  unhealthy = 0;
  drained = 0;
  refused = 0;
  readonly problems: string[] = [];
  #unnamed = 0;

  add(explained: Explanation): void {
    const { vip, state, announced, health, reasons } = explained;
    this.configured++;
    this.states[state] = (this.states[state] ?? 0) + 1;
    if (announced) this.announced++;
    const sent = explained.peers.some((peer) => peer.announced);
    if (announced && sent) this.sent++;
    if (health === "unhealthy") this.unhealthy++;
    if (state === "draining" || state === "drained") this.drained++;
    if (state === "refused") this.refused++;
    const wrong = state === "refused" || state === "damped" || state === "failing" || state === "waiting";
    const sick = health === "unhealthy" || health === "degraded";
    if (wrong || (sick && state !== "drained" && state !== "draining" && state !== "leaving"))
      this.#name(`${vip} is ${wrong ? state : health}: ${reasons[0] ?? "nothing more is known"}.`);
    // Where no session is up, that is what is wrong, and is said once for all of them.
    else if (announced && !sent && explained.peers.some(({ established }) => established))
      this.#name(`${vip} is announced to no peer: ${unsentReason(explained)}.`);
  }

  #name(sentence: string): void {
    if (this.problems.length >= mostNamed) this.#unnamed++;
    else this.problems.push(sentence);
  }

  /** What is wrong, as sentences. */
  sentences(): readonly string[] {
    return this.#unnamed === 0 ? this.problems : [...this.problems, `So are ${this.#unnamed} more virtual IPs.`];
  }
}

/** The daemon at one moment. */
export function statusView(target: ControlTarget, vips: VipCounts): Status {
  const { daemon, announcer } = target;
  const { history } = daemon;
  const peers = target.peers();
  const config = configState(target);
  const down = peers.filter((peer) => peer.snapshot().state !== "Established");
  const problems = [
    ...(config.stale ? [`The configuration is stale: ${config.staleReason}.`] : []),
    ...down.slice(0, mostNamed).map(downSentence),
    ...vips.sentences(),
  ];
  return {
    version: target.version,
    instance: target.instance,
    pid: process.pid,
    startedAt: target.startedAt.toISOString(),
    uptimeMs: Math.max(0, Date.now() - target.startedAt.getTime()),
    asn: daemon.running.settings.asn,
    routerId: target.routerId,
    stateDir: target.stateDir,
    state: target.state(),
    drained: announcer.drained,
    healthy: problems.length === 0,
    problems,
    config,
    peers: {
      configured: peers.length,
      established: peers.length - down.length,
      down: down.slice(0, mostNamed).map(({ address }) => address),
    },
    vips: {
      configured: vips.configured,
      announced: vips.announced,
      sent: vips.sent,
      unhealthy: vips.unhealthy,
      drained: vips.drained,
      refused: vips.refused,
      states: vips.states,
    },
    events: {
      kept: history.size,
      oldest: history.size === 0 ? null : new Date(history.get(history.first)?.timeMs ?? 0).toISOString(),
      lastId: history.last === 0 ? null : history.idOf(history.last),
    },
  };
}

function downSentence(peer: Peer): string {
  const { state, since, lastDown, heldDown } = peer.snapshot();
  const why = heldDown?.cause ?? lastDown?.cause;
  return `The session with ${peer.address} is ${state} since ${since}${why === undefined ? "" : `: ${why.replace(/\.$/, "")}`}.`;
}
