import { describe, expect, it } from "vitest";
import { EventHub } from "../../src/loop/event-hub.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

function hub(): EventHub {
  return new EventHub(new VirtualClock());
}

describe("EventHub", () => {
  it("is bounded whatever the limit says", async () => {
    for (const limit of [Number.NaN, -1, 0]) {
      const events = hub();
      const reader = events.subscribe({ limit });
      for (let n = 0; n < 10; n++) events.emit({ event: "vip.healthy", vip: `${n}` }, []);
      await new Promise(setImmediate);
      expect((await reader.next()).value).toMatchObject({ event: "events.lost", count: 9 });
    }
  });

  it("subscribes at the call, not at the first next", async () => {
    const events = hub();
    const reader = events.subscribe();
    events.emit({ event: "vip.healthy", vip: "a" }, ["why"]);
    expect(await reader.next()).toMatchObject({
      done: false,
      value: { event: "vip.healthy", vip: "a", causes: ["why"] },
    });
  });

  it("lets the work of the same turn and its outcome come first", async () => {
    const events = hub();
    const order: string[] = [];
    const reader = events.subscribe();
    void reader.next().then(() => order.push("reader"));
    const work = async (): Promise<void> => undefined;
    events.emit({ event: "vip.healthy", vip: "a" }, []);
    await work();
    order.push("work");
    await new Promise(setImmediate);
    expect(order).toEqual(["work", "reader"]);
  });

  it("answers a waiting reader", async () => {
    const events = hub();
    const reader = events.subscribe();
    const [first, second] = [reader.next(), reader.next()];
    events.emit({ event: "vip.healthy", vip: "a" }, []);
    events.emit({ event: "vip.healthy", vip: "b" }, []);
    expect((await first).value).toMatchObject({ vip: "a" });
    expect((await second).value).toMatchObject({ vip: "b" });
  });

  it("drops the oldest of a slow reader and says how many", async () => {
    const events = hub();
    const [slow, other] = [events.subscribe({ limit: 2 }), events.subscribe()];
    for (const vip of ["a", "b", "c", "d", "e"]) events.emit({ event: "vip.healthy", vip }, []);
    await new Promise(setImmediate);
    expect((await slow.next()).value).toMatchObject({ event: "events.lost", count: 3 });
    expect((await slow.next()).value).toMatchObject({ vip: "d" });
    expect((await slow.next()).value).toMatchObject({ vip: "e" });
    expect((await other.next()).value).toMatchObject({ vip: "a" });
  });

  it("ends on return, on the signal and on close, waiting readers included", async () => {
    const events = hub();
    const abort = new AbortController();
    const [returned, aborted, closed] = [
      events.subscribe(),
      events.subscribe({ signal: abort.signal }),
      events.subscribe(),
    ];
    const waiting = [returned, aborted, closed].map((reader) => reader.next());
    await returned.return?.();
    abort.abort();
    events.close();
    for (const result of await Promise.all(waiting)) expect(result.done).toBe(true);
    expect((await closed.next()).done).toBe(true);
    expect((await events.subscribe().next()).done).toBe(true);
    expect((await hub().subscribe({ signal: abort.signal }).next()).done).toBe(true);
  });

  it("delivers what was not read before the close", async () => {
    const events = hub();
    const reader = events.subscribe();
    events.emit({ event: "vip.healthy", vip: "a" }, []);
    events.close();
    const seen: unknown[] = [];
    for await (const event of reader) seen.push(event.event);
    expect(seen).toEqual(["vip.healthy"]);
  });
});
