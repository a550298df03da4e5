import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answering, Confirmation } from "../../src/run/confirmation.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function begin(
  gateways: readonly string[],
  silent: ReadonlySet<string>,
): { readonly one: Confirmation; readonly reasons: string[] } {
  const reasons: string[] = [];
  const ping = (address: string): Promise<number> =>
    silent.has(address) ? Promise.reject(new Error("no answer")) : Promise.resolve(1);
  const rollBack = (reason: string): void => void reasons.push(reason);
  const start = { established: ["a"], excused: [], gateways };
  return { one: new Confirmation(start, 60_000, { ping, rollBack }), reasons };
}

describe("Confirmation", () => {
  test("rolls back once, when its time has passed", async () => {
    const { one, reasons } = begin([], new Set());
    await vi.advanceTimersByTimeAsync(59_000);
    expect([one.remainingMs, reasons]).toEqual([1000, []]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(reasons).toEqual(["nobody confirmed it in time"]);
  });

  test("asks the gateways, and rolls back three seconds after one has gone silent", async () => {
    const silent = new Set<string>();
    const { reasons } = begin(["10.0.0.1", "10.0.0.2"], silent);
    await vi.advanceTimersByTimeAsync(10_000);
    silent.add("10.0.0.2");
    await vi.advanceTimersByTimeAsync(2500);
    silent.delete("10.0.0.2");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reasons).toEqual([]);
    silent.add("10.0.0.2");
    await vi.advanceTimersByTimeAsync(3000);
    expect(reasons).toEqual(["the gateway 10.0.0.2 does not answer any more"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does nothing any more once it is over", async () => {
    const { one, reasons } = begin(["10.0.0.1"], new Set(["10.0.0.1"]));
    one.end();
    one.observe({ kind: "down", peer: "a" });
    await vi.advanceTimersByTimeAsync(100_000);
    expect([reasons, vi.getTimerCount()]).toEqual([[], 0]);
  });

  test("only gateways that answer are watched", async () => {
    const ping = (address: string): Promise<number> =>
      address === "b" ? Promise.reject(new Error("no")) : Promise.resolve(1);
    expect(await answering(["a", "b", "c"], ping)).toEqual(["a", "c"]);
  });
});
