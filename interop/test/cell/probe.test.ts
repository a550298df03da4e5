import { describe, expect, test } from "vitest";
import { checkOrder } from "../../src/cell/probe.ts";

/** One probe every second from 0; `yes` is answered. */
function probes(...answers: readonly ("yes" | "no")[]): { at: number; answered: boolean }[] {
  return answers.map((answer, at) => ({ at, answered: answer === "yes" }));
}

describe("the order of answers, announcement and withdrawal", () => {
  test("is kept when every probe between them and the first after them is answered", () => {
    expect(checkOrder(probes("no", "yes", "yes", "yes", "no"), 0.5, 2.5)).toEqual({
      answeredAfterWithdrawal: 1,
      boundForMs: 500,
    });
  });

  test("is broken by an announcement before the address answers", () => {
    expect(() => checkOrder(probes("no", "no", "yes", "yes", "no"), 0.5, 2.5)).toThrow(
      "was announced and did not answer",
    );
  });

  test("is broken by an unbind before the withdrawal arrives", () => {
    expect(() => checkOrder(probes("yes", "yes", "no", "no"), 0.5, 1.5)).toThrow("gone when its withdrawal");
    expect(() => checkOrder(probes("yes", "yes", "no", "no"), 0.5, 2.5)).toThrow("did not answer");
  });

  test("is not shown by an address that stays or comes back", () => {
    expect(() => checkOrder(probes("yes", "yes", "yes"), 0.5, 1.5)).toThrow("still answers");
    expect(() => checkOrder(probes("yes", "yes", "yes", "no", "yes"), 0.5, 1.5)).toThrow("came back");
  });
});
