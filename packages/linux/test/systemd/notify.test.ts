import { describe, expect, it } from "vitest";
import { serviceNotifier, watchdogMs } from "../../src/systemd/notify.ts";

describe("the service manager's watchdog", () => {
  it("is asked for in microseconds, and may be meant for another process", () => {
    expect(watchdogMs({ WATCHDOG_USEC: "10000000" }, 7)).toBe(10_000);
    expect(watchdogMs({ WATCHDOG_USEC: "10000000", WATCHDOG_PID: "7" }, 7)).toBe(10_000);
    expect(watchdogMs({ WATCHDOG_USEC: "10000000", WATCHDOG_PID: "8" }, 7)).toBeNull();
  });

  it.each(["", "0", "-1", "ten", "1e6", "99999999999999999"])("is not asked for by %j", (text) => {
    expect(watchdogMs({ WATCHDOG_USEC: text }, 7)).toBeNull();
  });
});

it.each([undefined, "", "/", "@", "relative/path", `/${"x".repeat(200)}`])(
  "there is no notifier for the socket %j",
  (path) => {
    expect(serviceNotifier({ NOTIFY_SOCKET: path })).toBeNull();
  },
);
