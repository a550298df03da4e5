import { describe, expect, it } from "vitest";
import { Waiters } from "../../src/loop/waiters.ts";

describe("Waiters", () => {
  it("lets everybody go who waits, well or with the error, and keeps who comes later for the next time", async () => {
    const waiters = new Waiters();
    const [first, second] = [waiters.wait(), waiters.wait()];
    waiters.resolve();
    await Promise.all([first, second]);
    const third = waiters.wait();
    const failed = expect(third).rejects.toThrow("closed");
    waiters.reject(new Error("closed"));
    await failed;
  });

  it("may be waited for again from within", async () => {
    const waiters = new Waiters();
    let again = 0;
    const wait = async (): Promise<void> => {
      await waiters.wait();
      again++;
      void wait();
    };
    void wait();
    waiters.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(again).toBe(1);
  });
});
