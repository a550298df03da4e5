import { describe, expect, it } from "vitest";
import type { BrokenConnection, HeldConnection } from "../../src/client/prober.ts";
import { countResets, spreadOf } from "../../src/flows/count.ts";

const held = (id: number, answer: string): HeldConnection => ({ id, target: "192.0.2.10/32", answer });
const broken = (connection: HeldConnection, at: number, error: string): BrokenConnection => ({
  ...connection,
  at,
  error,
});

describe("countResets", () => {
  const [one, two, three] = [held(1, "node1"), held(2, "node1"), held(3, "node2")];

  it("tells the departing node's connections from the others'", () => {
    const count = countResets(
      [one, two, three],
      [broken(one, 1040, "ECONNRESET"), broken(three, 1020.4, "silent")],
      "node1",
      1000,
    );
    expect(count).toEqual({
      onNode: 2,
      resetOnNode: 1,
      onOthers: 1,
      resetOnOthers: 1,
      errors: { ECONNRESET: 1, silent: 1 },
      lastResetMs: 40,
    });
  });

  it("has no last reset when nothing broke", () => {
    expect(countResets([one, three], [], "node1", 1000)).toMatchObject({
      resetOnNode: 0,
      resetOnOthers: 0,
      lastResetMs: null,
    });
  });

  it("counts everything as the others' when the node had nothing yet", () => {
    expect(countResets([three], [broken(three, 1001, "closed")], "node1", 1000)).toMatchObject({
      onNode: 0,
      onOthers: 1,
      resetOnOthers: 1,
    });
  });
});

describe("spreadOf", () => {
  it("takes the middle of an odd number, and the lower middle of an even one", () => {
    expect(spreadOf([30, 0, 9])).toEqual({ median: 9, min: 0, max: 30 });
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2, min: 1, max: 4 });
  });

  it("has nothing to say about nothing", () => {
    expect(spreadOf([])).toBeNull();
  });
});
