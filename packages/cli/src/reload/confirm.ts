import type { ReloadChange } from "./change.ts";

/** What a reload with a confirmation begins with. Times are monotonic milliseconds. */
export interface ConfirmStart {
  /** Rolled back then, unless confirmed. */
  readonly deadlineMs: number;
  /** Peers that were Established before the reload. */
  readonly established: readonly string[];
  /** Those whose sessions the reload itself ends or resets: that they are down says nothing, until they have been up again. */
  readonly excused: readonly string[];
  /** Gateways that answered before the reload. */
  readonly gateways: readonly string[];
}

/** A reload that waits for its confirmation. A value: what is observed makes another. */
export interface ConfirmWatch extends ConfirmStart {
  /** Established now. */
  readonly up: ReadonlySet<string>;
  /** Answers that each gateway owes in a row. */
  readonly missed: ReadonlyMap<string, number>;
}

/** What can happen while a reload waits for its confirmation. */
export type ConfirmInput =
  | { readonly kind: "up"; readonly peer: string }
  | { readonly kind: "down"; readonly peer: string }
  | { readonly kind: "gateway"; readonly address: string; readonly answered: boolean }
  | { readonly kind: "time" };

/** So many answers missed in a row make a gateway unreachable: one is lost now and then. */
const missesOfGateway = 3;

/** The peers whose sessions the changes themselves end or reset at once. */
export function endedBy(changes: readonly ReloadChange[]): readonly string[] {
  return changes.flatMap((change) => {
    if (change.kind === "peer-remove") return [change.address];
    return change.kind === "peer-replace" && change.when === "now" ? [change.peer.address] : [];
  });
}

/** The watch right after the reload was decided and before it was applied. */
export function beginConfirm(start: ConfirmStart): ConfirmWatch {
  return { ...start, up: new Set(start.established), missed: new Map() };
}

/**
 * What follows from one observation: the watch from here on, and why to roll back, as a sentence without a period, or null to go on waiting. Pure. Rolled
 * back at once is a reload that has cost every session, where at least one of them was not the plan's to end, and one after which a gateway is silent that answered before.
 */
export function observeConfirm(
  watch: ConfirmWatch,
  input: ConfirmInput,
  nowMs: number,
): { readonly watch: ConfirmWatch; readonly rollBack: string | null } {
  const next = follow(watch, input);
  return { watch: next, rollBack: reasonOf(next, nowMs) };
}

function follow(watch: ConfirmWatch, input: ConfirmInput): ConfirmWatch {
  switch (input.kind) {
    case "up":
      return {
        ...watch,
        up: new Set([...watch.up, input.peer]),
        excused: watch.excused.filter((peer) => peer !== input.peer),
      };
    case "down":
      return { ...watch, up: new Set([...watch.up].filter((peer) => peer !== input.peer)) };
    case "gateway": {
      const missed = input.answered ? 0 : (watch.missed.get(input.address) ?? 0) + 1;
      return { ...watch, missed: new Map([...watch.missed, [input.address, missed]]) };
    }
    case "time":
      return watch;
    default:
      return input satisfies never;
  }
}

function reasonOf(
  { deadlineMs, established, excused, gateways, up, missed }: ConfirmWatch,
  nowMs: number,
): string | null {
  const silent = gateways.find((gateway) => (missed.get(gateway) ?? 0) >= missesOfGateway);
  if (silent !== undefined) return `the gateway ${silent} does not answer any more`;
  const lost = established.every((peer) => !up.has(peer));
  if (lost && established.some((peer) => !excused.includes(peer)))
    return `every session that was Established is lost (${established.slice(0, 5).join(", ")}${established.length > 5 ? ", …" : ""})`;
  return nowMs >= deadlineMs ? "nobody confirmed it in time" : null;
}
