import { describe, expect, it } from "vitest";
import { describeError, resultOf } from "../../src/loop/port-error.ts";
import { portError } from "../fakes/fake-host.ts";

describe("what a port's failure comes to", () => {
  it("is code and words, of whatever was thrown", () => {
    expect(describeError(portError("EIO", "the disk is gone"))).toEqual({ code: "EIO", message: "the disk is gone" });
    expect(describeError(new Error("no code"))).toEqual({ code: "ERR_UNKNOWN", message: "no code" });
    expect(describeError("text")).toEqual({ code: "ERR_UNKNOWN", message: "text" });
  });

  it("is a result, whether the port answers, rejects or throws", async () => {
    const failure = { ok: false, code: "EIO", message: "gone" };
    expect(await resultOf(async () => ({ ok: true }))).toEqual({ ok: true });
    expect(await resultOf(() => Promise.reject(portError("EIO", "gone")))).toEqual(failure);
    expect(
      await resultOf(() => {
        throw portError("EIO", "gone");
      }),
    ).toEqual(failure);
  });
});
