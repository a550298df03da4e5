/**
 * How a node treated the loss of an announced VIP. Two clocks witness it: the announcer's own, which runs on while it waits for a processor
 * after the kernel has had the address again, and the kernel's notices, as a process reads them that has to wait as well. Pure.
 */
import type { AddressChange, NodeEvent } from "../node/lab-node.ts";
import type { ProcessorWaits } from "../node/processor-waits.ts";
import { unboundTimes } from "./promises.ts";
import type { BrokenPromise } from "./result.ts";

/** Promise 1: an address that somebody removed is back within so many milliseconds, or withdrawn. */
export const restoreWindowMs = 10;

/** What the losses of a node are read from. */
export interface WitnessedNode {
  readonly name: string;
  readonly events: readonly NodeEvent[];
  readonly addressChanges: readonly AddressChange[];
  readonly waits: Pick<ProcessorWaits, "between">;
}

/** One `address.lost` that a node's announcer reported, and what became of it. Times in milliseconds of the announcer's clock. */
export interface AddressLoss {
  readonly vip: string;
  /** `monotonicMs()` when the lab read of it. */
  readonly at: number;
  /** From the loss until the address was back, or null when it was not. */
  readonly backAfterMs: number | null;
  /** How long the announcer had to wait for a processor meanwhile. */
  readonly waitedMs: number;
  /** Why the VIP was withdrawn before it was back, or null when it stayed announced. */
  readonly withdrawn: string | null;
  /** From the loss to the last thing the announcer said, to the millisecond. */
  readonly heardForMs: number;
}

/** A loss is noticed, and its end told, so much later than they were, while the announcer waits for a processor. */
const aroundMs = 50;

/** Every loss that a node reported at or after `since` (`monotonicMs()`), in order. */
export function addressLosses(node: WitnessedNode, since = 0): readonly AddressLoss[] {
  const { events, waits } = node;
  return events.flatMap((lost, index) => {
    if (lost.event !== "address.lost" || lost.at < since) return [];
    const vip = String(lost.fields.vip);
    const later = events.slice(index + 1);
    const own = later.filter(({ fields }) => fields.vip === vip);
    // The next loss, and a new start of the announcer, are other stories.
    const end = own.findIndex(({ event }) => event === "address.lost" || event === "vip.bound");
    const story = end < 0 ? own : own.slice(0, end);
    const backAt = story.findIndex(({ event }) => event === "address.restored");
    const back = story[backAt];
    const withdrawal = (backAt < 0 ? story : story.slice(0, backAt)).find(({ event }) => event === "vip.withdrawn");
    // Without an Established peer nothing is withdrawn on a wire; the announcer says at its return whether it was announced meanwhile.
    const unsaid = back?.fields.withdrawn === true ? "not announced" : null;
    const backAfterMs = back === undefined ? null : Number(back.fields.afterMs);
    const lostAt = timeOf(lost);
    return [
      {
        vip,
        at: lost.at,
        backAfterMs,
        waitedMs: waits.between(lostAt - aroundMs, lostAt + (backAfterMs ?? 0) + aroundMs),
        withdrawn: withdrawal === undefined ? unsaid : String(withdrawal.fields.reason),
        heardForMs: timeOf(later.at(-1) ?? lost) - lostAt,
      },
    ];
  });
}

/**
 * Promise 1: no VIP stayed announced while it was unbound for longer than the window, by both clocks, and none was withdrawn that was back within
 * it. The time that the announcer had to wait for a processor, as the kernel counts it, is not the announcer's: it can neither put back nor
 * withdraw then, and `checkMostlyPutBack` sees to it that this is the exception.
 */
export function checkLosses(node: WitnessedNode, losses: readonly AddressLoss[]): readonly BrokenPromise[] {
  return losses.flatMap((loss) => {
    const { vip, backAfterMs, withdrawn, heardForMs, waitedMs } = loss;
    const broken = (detail: string): readonly BrokenPromise[] => [{ promise: 1, node: node.name, vip, detail }];
    if (backAfterMs === null) {
      if (withdrawn !== null || heardForMs <= restoreWindowMs) return [];
      return broken(`lost, not put back and not withdrawn for ${heardForMs} ms`);
    }
    const seenMs = absenceSeen(loss, node.addressChanges);
    if (Math.min(backAfterMs, seenMs) - waitedMs > restoreWindowMs && withdrawn === null)
      return broken(
        `announced for ${backAfterMs.toFixed(1)} ms (by its kernel ${seenMs.toFixed(1)}, of which it waited ${waitedMs.toFixed(1)} for a processor) without being bound`,
      );
    if (backAfterMs <= restoreWindowMs && withdrawn === "address-lost")
      return broken(`withdrawn although it was back after ${backAfterMs.toFixed(1)} ms, by its own clock`);
    return [];
  });
}

/** So many of the losses may come late on a busy machine before lateness is how the announcer works. */
const lateShare = 0.1;
const lateAnyway = 2;

/** Late: withdrawn because of it, or announced all the while. */
export function cameLate({ withdrawn, backAfterMs }: AddressLoss): boolean {
  return withdrawn === "address-lost" || (withdrawn === null && (backAfterMs ?? 0) > restoreWindowMs);
}

/** Promise 1: an address that somebody removes is put back at once. That it is late is the exception. */
export function checkMostlyPutBack(losses: readonly AddressLoss[]): readonly BrokenPromise[] {
  const late = losses.filter(cameLate);
  if (late.length <= Math.max(lateAnyway, losses.length * lateShare)) return [];
  const detail = `${late.length} of ${losses.length} removed addresses were not put back at once`;
  return [{ promise: 1, node: "the running nodes", vip: late[0]?.vip ?? "", detail }];
}

/** A withdrawal may be so much later than the window: the announcer waits its turn on a busy machine. */
const withdrawnLateMs = 250;

/** Promise 1: a VIP that is not back within the window is withdrawn then, and not at some later time. By the announcer's clock; `events` are of one node. */
export function checkWithdrawnInTime(node: string, events: readonly NodeEvent[]): readonly BrokenPromise[] {
  return events.flatMap((withdrawn, index) => {
    if (withdrawn.event !== "vip.withdrawn" || withdrawn.fields.reason !== "address-lost") return [];
    const vip = String(withdrawn.fields.vip);
    const lost = events.slice(0, index).findLast(({ event, fields }) => event === "address.lost" && fields.vip === vip);
    const ms = lost === undefined ? Number.NaN : timeOf(withdrawn) - timeOf(lost);
    if (ms <= restoreWindowMs + withdrawnLateMs) return [];
    return [{ promise: 1, node, vip, detail: `withdrawn only ${ms} ms after its address was lost` }];
  });
}

/** How long the kernel's notices say that the address was away; what the announcer says where they know of no such time. */
function absenceSeen({ vip, at, backAfterMs }: AddressLoss, changes: readonly AddressChange[]): number {
  const distance = ({ from }: { readonly from: number }): number => Math.abs(from - at);
  const [nearest] = [...unboundTimes(changes, vip)].sort((a, b) => distance(a) - distance(b));
  if (nearest === undefined || !Number.isFinite(nearest.from)) return backAfterMs ?? Number.POSITIVE_INFINITY;
  return nearest.to - nearest.from;
}

function timeOf(event: NodeEvent): number {
  return Date.parse(String(event.fields.time));
}
