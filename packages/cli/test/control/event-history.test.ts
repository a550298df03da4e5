import type { AnnouncerEvent } from "@vipcast/announcer";
import { describe, expect, test } from "vitest";
import { EventHistory } from "../../src/control/event-history.ts";

const event = (second: number): AnnouncerEvent => ({
  time: new Date(1_700_000_000_000 + second * 1000).toISOString(),
  event: "vip.healthy",
  vip: "192.0.2.10/32",
  causes: [],
});

function history(count: number, events = 100, characters = 1e6): EventHistory {
  const made = new EventHistory(1_700_000_000_000, { events, characters });
  for (let second = 0; second < count; second++) made.add(event(second));
  return made;
}

describe("EventHistory", () => {
  test("keeps the latest events and counts on without gaps", () => {
    const made = history(10_000);
    expect([made.size, made.first, made.last]).toEqual([100, 9901, 10_000]);
    expect(made.get(9900)).toBeUndefined();
    expect(made.get(10_001)).toBeUndefined();
    for (let number = 9901; number <= 10_000; number++) expect(made.get(number)?.number).toBe(number);
    expect(JSON.parse(made.get(10_000)?.text ?? "")).toMatchObject({ id: made.idOf(10_000), event: "vip.healthy" });
  });

  test("is bounded by what events take as well, and keeps one whatever its size", () => {
    const made = history(50, 1000, 1000);
    expect(made.size).toBeLessThan(11);
    made.add({ ...event(60), causes: ["x".repeat(5000)] });
    expect(made.size).toBe(1);
    made.add(event(61));
    expect(made.size).toBe(1);
  });

  test("finds where a reader left off, in this run and in another", () => {
    const made = history(10);
    expect(made.after(made.idOf(4))).toBe(5);
    expect(made.after(made.idOf(10))).toBe(11);
    expect(made.after(made.idOf(999))).toBe(11);
    expect(made.after("zzzz-3")).toBe(1);
    for (const wrong of ["", "4", "x-", "-4", "a-1e3", "__proto__"]) expect(made.after(wrong)).toBeNull();
  });

  test("finds the first event that is not older", () => {
    const made = history(1000);
    expect(made.since(0)).toBe(901);
    expect(made.since(1_700_000_000_000 + 950_000)).toBe(951);
    expect(made.since(1_700_000_000_000 + 950_001)).toBe(952);
    expect(made.since(2e12)).toBe(1001);
  });

  test("tells followers until they have had enough", () => {
    const made = history(0);
    const heard: number[] = [];
    const end = made.follow(() => heard.push(made.last));
    made.add(event(1));
    end();
    made.add(event(2));
    expect(heard).toEqual([1]);
  });
});
