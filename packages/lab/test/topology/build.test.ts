import { describe, expect, it } from "vitest";
import { sysctlCommand } from "../../src/topology/build.ts";

describe("sysctlCommand", () => {
  it("writes the value, and does without a sysctl the kernel lacks only where that was allowed", () => {
    expect(sysctlCommand("net/ipv4/ip_forward=1")).toBe("echo 1 >/proc/sys/net/ipv4/ip_forward");
    expect(sysctlCommand("-net/core/txrehash=0")).toBe(
      "[ ! -e /proc/sys/net/core/txrehash ] || echo 0 >/proc/sys/net/core/txrehash",
    );
  });
});
