import { describe, expect, it } from "vitest";
import { capabilityRemedy, errnoName, errnoText, LinuxError } from "../../src/libc/linux-error.ts";

describe("LinuxError", () => {
  it("says operation, code, the kernel's words and the remedy, in this order", () => {
    const error = new LinuxError({
      errno: 17,
      operation: "add address",
      detail: "already there",
      remedy: "use another",
    });
    expect(error.message).toBe("add address: EEXIST: already there; use another");
    expect(error).toMatchObject({ name: "LinuxError", code: "EEXIST", errno: 17, operation: "add address" });
  });

  it("falls back to the system's words, and has no remedy when none is known", () => {
    const error = new LinuxError({ errno: 1, operation: "open", detail: "" });
    expect(error.message).toBe("open: EPERM: operation not permitted");
    expect(error.remedy).toBeUndefined();
  });

  it("has a name and words for every number", () => {
    expect([errnoName(1), errnoName(99), errnoName(105), errnoName(95), errnoName(9999)]).toEqual([
      "EPERM",
      "EADDRNOTAVAIL",
      "ENOBUFS",
      "ENOTSUP",
      "E9999",
    ]);
    expect(errnoText(9999)).toBe("error 9999");
    expect(errnoText(3)).not.toBe("");
  });

  it("says three ways to give a capability", () => {
    for (const capability of ["CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW"] as const) {
      const remedy = capabilityRemedy(capability);
      expect(remedy).toContain("root");
      expect(remedy).toContain(`AmbientCapabilities=${capability}`);
      expect(remedy).toContain(`setcap ${capability.toLowerCase()}+ep`);
    }
  });
});
