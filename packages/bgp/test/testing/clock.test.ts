import { expect, test } from "vitest";
import { VirtualClock } from "../../src/testing/clock.ts";

test("nothing runs before its time, and everything due runs in order of time, then of planning", () => {
  const clock = new VirtualClock(100);
  const ran: string[] = [];
  clock.after(20, () => ran.push(`late ${clock.now()}`));
  clock.after(10, () => ran.push(`first ${clock.now()}`));
  clock.after(10, () => ran.push(`second ${clock.now()}`));
  expect(clock.nextAt()).toBe(110);
  clock.advanceTo(109);
  expect(ran).toEqual([]);
  clock.advanceTo(200);
  expect(ran).toEqual(["first 110", "second 110", "late 120"]);
  expect([clock.now(), clock.nextAt()]).toEqual([200, Number.POSITIVE_INFINITY]);
});

test("tasks planned by tasks run as well when they are due", () => {
  const clock = new VirtualClock();
  const ran: number[] = [];
  clock.after(5, () => clock.after(5, () => ran.push(clock.now())));
  clock.advanceTo(10);
  expect(ran).toEqual([10]);
});

test("time never goes back", () => {
  const clock = new VirtualClock(50);
  clock.advanceTo(10);
  expect(clock.now()).toBe(50);
});
