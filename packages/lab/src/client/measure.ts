/** One new connection of the prober. Times are `monotonicMs()`. */
export interface Probe {
  /** Key of the target it went to. */
  readonly target: string;
  /** When the connection was begun. */
  readonly at: number;
  /** How long until the answer or the failure, in milliseconds. */
  readonly ms: number;
  /** Name of the node that answered, or null. */
  readonly answer: string | null;
  /** Why there was no answer, as an error code (`ECONNREFUSED`, `ETIMEDOUT`, …), or null. */
  readonly error: string | null;
}

/** What a stretch of probes says about reachability. Milliseconds. */
export interface Outage {
  /** From the first failed connection's begin to the begin of the first after which all succeed; 0 when none failed. */
  readonly outageMs: number;
  /** The longest time without an answer, the ends of the stretch included. */
  readonly longestGapMs: number;
  readonly probes: number;
  readonly failed: number;
  /** The failed ones by error code. */
  readonly errors: Readonly<Record<string, number>>;
}

/** A probe that was without an answer for longer than this when the fault came was in trouble before the fault. */
const inFlightMs = 100;

/** A time in which a router's kernel had no route because it replaced one by removing it first. */
export interface Gap {
  readonly vip: string;
  readonly from: number;
  readonly to: number;
}

/** How late a gap may have been read, and a connection begun, by a process that waits for its turn. */
const readLateMs = 50;
/** A gap takes microseconds and connections to a target begin milliseconds apart: one begins in it, another is in its handshake. */
const lostPerGap = 2;

/**
 * The failed probes that no change of route explains: not cut in their handshake (`ECONNRESET`: another node answered the second packet), and not
 * lost in a gap of their target's route, two for each gap at most.
 */
export function unexplainedFailures(
  probes: readonly Probe[],
  gaps: readonly Gap[],
  from: number,
  to: number,
): readonly Probe[] {
  const room = gaps.map((gap) => ({ gap, left: lostPerGap }));
  return measured(probes, from, to).filter((probe) => {
    if (probe.answer !== null || probe.error === "ECONNRESET") return false;
    const lostIn = room.find(
      ({ gap, left }) =>
        left > 0 && gap.vip === probe.target && probe.at >= gap.from - readLateMs && probe.at <= gap.to + readLateMs,
    );
    if (lostIn !== undefined) lostIn.left--;
    return lostIn === undefined;
  });
}

/** The probes of a stretch: {@link measureOutage} says which they are. */
function measured(probes: readonly Probe[], from: number, to: number): readonly Probe[] {
  return probes
    .filter((probe) => probe.at + probe.ms >= from && probe.at >= from - inFlightMs && probe.at < to)
    .sort((a, b) => a.at - b.at);
}

/**
 * Measures one target's probes from `from` to `to`. A probe belongs to the stretch when it began before `to` and ended after
 * `from`, having begun at most 100 ms earlier, so that one cut off by the fault itself counts and one that was lost long before
 * does not. Without probes the whole stretch is a gap.
 */
export function measureOutage(probes: readonly Probe[], from: number, to: number): Outage {
  const inside = measured(probes, from, to);
  const failed = inside.filter((probe) => probe.answer === null);
  const first = failed[0];
  const last = failed.at(-1);
  const recovered = last === undefined ? undefined : inside.find((probe) => probe.at > last.at);
  let previous = from;
  let longestGapMs = 0;
  const answered = inside.filter((probe) => probe.answer !== null).map((probe) => probe.at + probe.ms);
  for (const at of [...answered.filter((at) => at < to).sort((a, b) => a - b), to]) {
    longestGapMs = Math.max(longestGapMs, at - previous);
    previous = at;
  }
  return {
    outageMs: first === undefined ? 0 : (recovered?.at ?? to) - first.at,
    longestGapMs,
    probes: inside.length,
    failed: failed.length,
    errors: countBy(failed, (probe) => probe.error),
  };
}

/** The worst of several targets: an IPv4 and an IPv6 VIP of the same service. */
export function worstOutage(outages: readonly Outage[]): Outage {
  return {
    outageMs: Math.max(0, ...outages.map((outage) => outage.outageMs)),
    longestGapMs: Math.max(0, ...outages.map((outage) => outage.longestGapMs)),
    probes: outages.reduce((sum, outage) => sum + outage.probes, 0),
    failed: outages.reduce((sum, outage) => sum + outage.failed, 0),
    errors: outages.reduce((sum: Record<string, number>, { errors }) => {
      for (const [error, count] of Object.entries(errors)) sum[error] = (sum[error] ?? 0) + count;
      return sum;
    }, {}),
  };
}

/** How many probes each node answered. */
export function countAnswers(probes: readonly Probe[]): Readonly<Record<string, number>> {
  return countBy(probes, (probe) => probe.answer);
}

function countBy(probes: readonly Probe[], key: (probe: Probe) => string | null): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const probe of probes) {
    const name = key(probe);
    if (name !== null) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
