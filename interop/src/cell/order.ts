import type { ProbedPacket } from "../wire/capture.ts";

/** What the probes of an address showed around its withdrawal. */
export interface Order {
  /** How long the address still answered after its withdrawal had reached the peer. */
  readonly boundForMs: number;
  /** How many probes it answered in that time. */
  readonly answeredAfterWithdrawal: number;
  /** How long after its withdrawal the first probe found the address gone. */
  readonly goneAfterMs: number;
}

/** Whoever did not ask for so long after a moment has seen nothing of it. Far less than vipcast waits before it unbinds. */
const blindMs = 200;

/**
 * How an address behaved around two moments (seconds since 1970) at which the peer was told of it: announced and withdrawn. `probes`
 * are in the order in which they were sent. Throws when the order was broken, and when the probes do not show that it was kept.
 */
export function checkOrder(probes: readonly ProbedPacket[], announcedAt: number, withdrawnAt: number): Order {
  const silent = probes.find(({ at, answered }) => at >= announcedAt && at <= withdrawnAt && !answered);
  if (silent !== undefined) {
    const ms = ((silent.at - announcedAt) * 1000).toFixed(1);
    throw new Error(`the VIP was announced and did not answer ${ms} ms after its UPDATE reached the peer`);
  }
  for (const [at, what] of [
    [announcedAt, "UPDATE"],
    [withdrawnAt, "withdrawal"],
  ] as const) {
    const blindForMs = ((probes.find((probe) => probe.at > at)?.at ?? Number.POSITIVE_INFINITY) - at) * 1000;
    if (blindForMs > blindMs)
      throw new Error(
        `nobody asked for the VIP in the ${blindForMs.toFixed(1)} ms after its ${what}: no order is shown`,
      );
  }
  const after = probes.filter(({ at }) => at > withdrawnAt);
  const firstSilent = after.find(({ answered }) => !answered);
  const last = after.findLast(({ answered }) => answered);
  if (last === undefined) throw new Error("the VIP was gone when its withdrawal reached the peer");
  if (firstSilent === undefined) throw new Error("the VIP still answers at the end");
  if (firstSilent.at < last.at) {
    const ms = ((firstSilent.at - withdrawnAt) * 1000).toFixed(1);
    throw new Error(`the VIP did not answer ${ms} ms after its withdrawal and came back`);
  }
  return {
    answeredAfterWithdrawal: after.filter(({ answered }) => answered).length,
    boundForMs: (last.at - withdrawnAt) * 1000,
    goneAfterMs: (firstSilent.at - withdrawnAt) * 1000,
  };
}

/** What the probes showed around the withdrawal, in words, for the report of a failure. */
export function describeOrder(probes: readonly ProbedPacket[], announcedAt: number, withdrawnAt: number): string {
  const ms = (at: number): string => `${((at - withdrawnAt) * 1000).toFixed(1)} ms`;
  const answered = probes.filter((probe) => probe.answered);
  const silentAfter = probes.filter((probe) => probe.at > withdrawnAt && !probe.answered);
  const silentBetween = probes.filter(({ at, answered: yes }) => at >= announcedAt && at <= withdrawnAt && !yes);
  const gaps = probes
    .slice(1)
    .map((probe, index) => ({ from: probes[index]?.at ?? probe.at, to: probe.at }))
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, 3)
    .map(({ from, to }) => `${((to - from) * 1000).toFixed(1)} ms from ${ms(from)}`);
  const lastAnswered = answered.at(-1);
  const [firstSilent] = silentAfter;
  return [
    `${probes.length} probes, ${answered.length} of them answered`,
    `times from the withdrawal: UPDATE ${ms(announcedAt)}, last answered probe ${lastAnswered === undefined ? "none" : ms(lastAnswered.at)}`,
    `first silent probe after it ${firstSilent === undefined ? "none" : ms(firstSilent.at)} of ${silentAfter.length}, silent between both ${silentBetween.length}`,
    `longest times without a probe ${gaps.join(", ") || "none"}`,
  ].join("; ");
}
