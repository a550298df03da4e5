import { describe, expect, it } from "vitest";
import type { AddressChange, NodeEvent } from "../../src/node/lab-node.ts";
import {
  addressLosses,
  checkLosses,
  checkMostlyPutBack,
  checkWithdrawnInTime,
  type WitnessedNode,
} from "../../src/scenario/losses.ts";

const vip = "192.0.2.10/32";

type Told = readonly [ms: number, event: string, fields?: object];

/** Events of one VIP, each so many milliseconds after the start. */
function events(...list: readonly Told[]): NodeEvent[] {
  return list.map(([ms, event, fields = {}]) => ({
    at: ms,
    event,
    fields: { time: new Date(1_800_000_000_000 + ms).toISOString(), event, vip, ...fields },
  }));
}

const lost = [100, "address.lost"] as const;
const restored = (ms: number, afterMs: number, withdrawn: boolean) =>
  [ms, "address.restored", { afterMs, withdrawn }] as const;
const withdrawn = (ms: number, reason = "address-lost") => [ms, "vip.withdrawn", { reason }] as const;

/** The kernel's notices: bound at 0, gone from 100 for so long. */
const away = (ms: number): AddressChange[] => [
  { vip, bound: true, at: 0 },
  { vip, bound: false, at: 100 },
  { vip, bound: true, at: 100 + ms },
];

/** A node that said this, its kernel that, and that waited for a processor for so long. */
const node = (events: readonly NodeEvent[], addressChanges: readonly AddressChange[] = [], waitedMs = 0) =>
  ({ name: "node1", events, addressChanges, waits: { between: () => waitedMs } }) satisfies WitnessedNode;
const details = (witnessed: WitnessedNode): readonly string[] =>
  checkLosses(witnessed, addressLosses(witnessed)).map(({ detail }) => detail);
const judged = (changes: readonly AddressChange[], ...list: readonly Told[]): readonly string[] =>
  details(node(events(...list), changes));
const check = (...list: readonly Told[]): readonly string[] => judged([], ...list);

describe("the loss of an announced address", () => {
  it("is treated well when the address is back within 10 ms and stays announced", () => {
    expect(check([1, "vip.bound"], lost, restored(101, 0.4, false))).toEqual([]);
    expect(check(lost, restored(110, 10, false))).toEqual([]);
  });

  it("is treated well when the address is late and was withdrawn meanwhile", () => {
    expect(check(lost, withdrawn(111), restored(140, 40.2, true), [141, "vip.announced"])).toEqual([]);
    expect(check(lost, withdrawn(101, "damped"), restored(5101, 5001, true))).toEqual([]);
  });

  it("breaks promise 1 when it stays announced for longer without being bound", () => {
    expect(check(lost, restored(113, 12.5, false))).toEqual([
      "announced for 12.5 ms (by its kernel 12.5, of which it waited 0.0 for a processor) without being bound",
    ]);
    expect(check(lost, [400, "peer.down"])).toEqual(["lost, not put back and not withdrawn for 300 ms"]);
  });

  it("has lasted as long as both clocks say: each of them waits for a processor now and then", () => {
    expect(judged(away(0.2), lost, restored(116, 16, false))).toEqual([]);
    expect(judged(away(30), lost, restored(101, 0.4, false))).toEqual([]);
    expect(judged(away(12), lost, restored(116, 16, false))).toEqual([
      "announced for 16.0 ms (by its kernel 12.0, of which it waited 0.0 for a processor) without being bound",
    ]);
  });

  it("is not the announcer's fault while it waits for a processor, but what is left of the time is", () => {
    const late = (waitedMs: number): readonly string[] =>
      details(node(events(lost, restored(122, 21.9, false)), away(47.6), waitedMs));
    expect(late(12)).toEqual([]);
    expect(late(11)).toEqual([
      "announced for 21.9 ms (by its kernel 47.6, of which it waited 11.0 for a processor) without being bound",
    ]);
    // What was withdrawn too early did not wait.
    expect(details(node(events(lost, withdrawn(101), restored(104, 3.5, true)), [], 50))).toHaveLength(1);
  });

  it("asks how long the announcer waited from a little before the loss to a little after its end", () => {
    const asked: number[] = [];
    const waits = { between: (from: number, to: number) => asked.push(from, to) };
    addressLosses({ ...node(events(lost, restored(122, 21.9, false))), waits });
    expect(asked.map((at) => Math.round(at - 1_800_000_000_000))).toEqual([50, 172]);
  });

  it("breaks promise 1 when it is withdrawn although it was back in time", () => {
    expect(check(lost, withdrawn(101), restored(104, 3.5, true))).toEqual([
      "withdrawn although it was back after 3.5 ms, by its own clock",
    ]);
  });

  it("says nothing about an announcer that was heard no more, or started anew", () => {
    expect(check(lost)).toEqual([]);
    expect(check(lost, [105, "peer.down"])).toEqual([]);
    expect(check(lost, withdrawn(111), [900, "vip.bound"], [901, "vip.announced"])).toEqual([]);
  });

  it("is judged each time, other VIPs apart, and from a moment on", () => {
    const list = events(lost, restored(101, 0.4, false), [200, "address.lost"], restored(230, 30, false));
    const other = events(
      [150, "address.lost", { vip: "192.0.2.11/32" }],
      [151, "address.restored", { vip: "192.0.2.11/32", afterMs: 1, withdrawn: false }],
    );
    const all = [...list, ...other].sort((a, b) => a.at - b.at);
    expect(addressLosses(node(all)).map(({ backAfterMs }) => backAfterMs)).toEqual([0.4, 1, 30]);
    expect(addressLosses(node(all), 160)).toHaveLength(1);
    expect(checkLosses(node(all), addressLosses(node(all)))).toMatchObject([{ promise: 1, node: "node1", vip }]);
  });
});

describe("a withdrawal because of a lost address", () => {
  const late = (...list: readonly Told[]): readonly string[] =>
    checkWithdrawnInTime("node1", events(...list)).map(({ detail }) => detail);

  it("comes when the window is over, with some patience for a busy machine", () => {
    expect(late([1, "vip.bound"], lost, withdrawn(110), restored(900, 800, true))).toEqual([]);
    expect(late(lost, withdrawn(360))).toEqual([]);
  });

  it("breaks promise 1 when it comes at some later time, or without a loss", () => {
    expect(late(lost, withdrawn(361))).toEqual(["withdrawn only 261 ms after its address was lost"]);
    expect(late(withdrawn(100))).toHaveLength(1);
  });

  it("is told from withdrawals for other reasons", () => {
    expect(late(lost, withdrawn(900, "damped"), withdrawn(901, "stopping"))).toEqual([]);
  });
});

describe("many losses", () => {
  const kept = addressLosses(node(events(lost, restored(101, 1, false))));
  const late = addressLosses(node(events(lost, withdrawn(111), restored(130, 30, true))));
  const some = (keptCount: number, lateCount: number) =>
    checkMostlyPutBack([...Array(keptCount).fill(kept[0]), ...Array(lateCount).fill(late[0])]);

  it("may now and then come late and be withdrawn", () => {
    expect(some(1, 2)).toEqual([]);
    expect(some(900, 100)).toEqual([]);
  });

  it("break promise 1 when being late is how they are treated", () => {
    expect(some(0, 3)[0]?.detail).toBe("3 of 3 removed addresses were not put back at once");
    expect(some(899, 101)).toHaveLength(1);
    const announced = addressLosses(node(events(lost, restored(130, 30, false)), [], 25));
    expect(checkMostlyPutBack(Array(3).fill(announced[0]))).toHaveLength(1);
  });
});
