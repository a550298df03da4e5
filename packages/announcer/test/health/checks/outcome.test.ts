import { describe, expect, it } from "vitest";
import { failed, oneLine, printable } from "../../../src/health/checks/outcome.ts";

describe("failed", () => {
  it("says code and message once", () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
    expect(failed(refused).detail).toBe("connect ECONNREFUSED 127.0.0.1:1");
    expect(failed(Object.assign(new Error("no route"), { code: "EHOSTUNREACH" })).detail).toBe(
      "no route (EHOSTUNREACH)",
    );
    expect(failed(Object.assign(new Error(""), { code: "ETIMEDOUT" })).detail).toBe("ETIMEDOUT");
    expect(failed("a string").detail).toBe("a string");
  });

  it("names each attempt at a name with several addresses, and equal ones once", () => {
    const all = new AggregateError([new Error("first"), new Error("second"), new Error("first")]);
    expect(failed(all).detail).toBe("first, second");
  });
});

describe("text from elsewhere", () => {
  it("is one line, bounded, and tells a terminal nothing", () => {
    expect(oneLine("a\n\t b\r\n\u001b[31mred")).toBe("a b [31mred");
    expect(oneLine("x".repeat(400))).toBe(`${"x".repeat(300)}…`);
    expect(printable("line\nend\u0007\u0085")).toBe("line\nend");
  });
});
