import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginConfirm, type ConfirmInput, type ConfirmStart, observeConfirm } from "../../src/reload/confirm.ts";

const base: ConfirmStart = { deadlineMs: 60_000, established: ["a", "b"], excused: [], gateways: ["g"] };

/** The reason and the moment of the roll-back, or null when none came. */
function run(start: ConfirmStart, inputs: readonly (readonly [atMs: number, input: ConfirmInput])[]): unknown {
  let watch = beginConfirm(start);
  for (const [atMs, input] of inputs) {
    const observed = observeConfirm(watch, input, atMs);
    if (observed.rollBack !== null) return [atMs, observed.rollBack];
    watch = observed.watch;
  }
  return null;
}

const down = (peer: string): ConfirmInput => ({ kind: "down", peer });
const up = (peer: string): ConfirmInput => ({ kind: "up", peer });
const gateway = (answered: boolean): ConfirmInput => ({ kind: "gateway", address: "g", answered });
const time: ConfirmInput = { kind: "time" };

describe("observeConfirm", () => {
  test("waits until the deadline, and not longer", () => {
    expect(
      run(base, [
        [0, time],
        [59_999, time],
      ]),
    ).toBeNull();
    expect(
      run(base, [
        [59_999, time],
        [60_000, time],
      ]),
    ).toEqual([60_000, "nobody confirmed it in time"]);
  });

  test("rolls back at once when the last session is lost, not before", () => {
    expect(run(base, [[1, down("a")]])).toBeNull();
    expect(
      run(base, [
        [1, down("a")],
        [2, down("b")],
      ]),
    ).toEqual([2, "every session that was Established is lost (a, b)"]);
    expect(
      run(base, [
        [1, down("a")],
        [2, up("a")],
        [3, down("b")],
      ]),
    ).toBeNull();
  });

  test("sessions that the reload itself resets are waited for, once", () => {
    const start = { ...base, excused: ["a", "b"] };
    expect(
      run(start, [
        [1, down("a")],
        [2, down("b")],
        [50_000, time],
      ]),
    ).toBeNull();
    expect(
      run(start, [
        [1, down("a")],
        [2, down("b")],
        [3, up("a")],
        [4, down("a")],
      ]),
    ).toEqual([4, "every session that was Established is lost (a, b)"]);
    expect(
      run({ ...base, excused: ["a"] }, [
        [1, down("a")],
        [2, down("b")],
      ]),
    ).toMatchObject([2, expect.anything()]);
  });

  test("a node that had no session, or that gets a new peer, is judged by time alone", () => {
    expect(
      run({ ...base, established: [] }, [
        [1, down("a")],
        [2, time],
      ]),
    ).toBeNull();
    expect(
      run(base, [
        [1, down("c")],
        [2, up("c")],
      ]),
    ).toBeNull();
  });

  test("rolls back when a gateway that answered is silent three times in a row", () => {
    const silent = [
      [1, gateway(false)],
      [2, gateway(false)],
    ] as const;
    expect(run(base, [...silent, [3, gateway(true)], [4, gateway(false)], [5, gateway(false)]])).toBeNull();
    expect(run(base, [...silent, [3, gateway(false)]])).toEqual([3, "the gateway g does not answer any more"]);
    expect(run({ ...base, gateways: [] }, [...silent, [3, gateway(false)]])).toBeNull();
  });

  test("whatever happens: before the deadline a session that is up and not lost keeps the reload, and after it nothing does", () => {
    const input = fc.oneof(
      fc.record({ kind: fc.constantFrom("up" as const, "down" as const), peer: fc.constantFrom("a", "c", "d") }),
      fc.constant(time),
      fc.constant(gateway(true)),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 50 }), (inputs) => {
        // b is never down.
        const timed = inputs.map((one, index) => [index, one] as const);
        expect(run(base, timed)).toBeNull();
        expect(run(base, [...timed, [60_000, time]])).toEqual([60_000, "nobody confirmed it in time"]);
      }),
    );
  });
});
