import { describe, expect, it } from "vitest";
import { checkEventOrder } from "../../src/scenario/event-order.ts";

const vip = "192.0.2.10/32";
const judge = (...list: readonly (readonly [event: string, peer?: string])[]): readonly string[] =>
  checkEventOrder(
    "node1",
    list.map(([event, peer], at) => ({ at, event, fields: { event, vip, ...(peer === undefined ? {} : { peer }) } })),
  ).map(({ promise, detail }) => `${promise}: ${detail}`);

describe("checkEventOrder", () => {
  it("accepts bind, announce, withdraw, unbind, and an address that is lost and put back", () => {
    expect(
      judge(
        ["vip.bound"],
        ["vip.announced", "a"],
        ["vip.announced", "b"],
        ["address.lost"],
        ["address.restored"],
        ["vip.withdrawn", "a"],
        ["vip.withdrawn", "b"],
        ["vip.unbound"],
      ),
    ).toEqual([]);
  });

  it("accepts an unbind after the session to whom it was announced is gone", () => {
    expect(judge(["vip.bound"], ["vip.announced", "a"], ["peer.down", "a"], ["vip.unbound"])).toEqual([]);
  });

  it("reports what is announced before it is bound, also again after an unbind", () => {
    const broken = "2: announced to a before it was bound";
    expect(judge(["vip.announced", "a"], ["vip.bound"])).toEqual([broken]);
    expect(judge(["vip.bound"], ["vip.unbound"], ["vip.announced", "a"])).toEqual([broken]);
  });

  it("reports what is unbound while a single peer still has it", () => {
    expect(
      judge(["vip.bound"], ["vip.announced", "a"], ["vip.announced", "b"], ["vip.withdrawn", "a"], ["vip.unbound"]),
    ).toEqual(["2: unbound while it was announced to b"]);
  });
});
