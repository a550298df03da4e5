import { describe, expect, test } from "vitest";
import { checkOrder, describeOrder } from "../../src/cell/order.ts";

/** One probe every 10 ms from 0; `y` is answered, `n` is not, `.` was not sent. */
function probes(pattern: string): { at: number; answered: boolean }[] {
  return [...pattern].flatMap((sign, index) => (sign === "." ? [] : [{ at: index / 100, answered: sign === "y" }]));
}

describe("the order of answers, announcement and withdrawal", () => {
  test("is kept when every probe between them and the first after them is answered", () => {
    const { answeredAfterWithdrawal, boundForMs, goneAfterMs } = checkOrder(probes("nyyyn"), 0.005, 0.025);
    expect(answeredAfterWithdrawal).toBe(1);
    expect(boundForMs).toBeCloseTo(5);
    expect(goneAfterMs).toBeCloseTo(15);
  });

  test("is broken by an announcement before the address answers", () => {
    expect(() => checkOrder(probes("nnyyn"), 0.005, 0.025)).toThrow("was announced and did not answer");
  });

  test("is broken by an unbind before the withdrawal arrives", () => {
    expect(() => checkOrder(probes("yynn"), 0.005, 0.015)).toThrow("gone when its withdrawal");
    expect(() => checkOrder(probes("yynn"), 0.005, 0.025)).toThrow("did not answer");
  });

  test("is broken when nobody asked at the moment of an early unbind and every later probe is silent", () => {
    expect(() => checkOrder(probes("yyy........nnnn"), 0.005, 0.065)).toThrow("gone when its withdrawal");
  });

  test("is not shown by an address that stays or comes back", () => {
    expect(() => checkOrder(probes("yyy"), 0.005, 0.015)).toThrow("still answers");
    expect(() => checkOrder(probes("yyynyn"), 0.005, 0.015)).toThrow("did not answer 15.0 ms after its withdrawal and");
  });

  test("is not shown when nobody asked around one of the two moments", () => {
    const late = `${".".repeat(50)}nnnn`;
    expect(() => checkOrder(probes(late), 0.005, 0.015)).toThrow("asked for the VIP in the 495.0 ms after its UPDATE");
    expect(() => checkOrder(probes(`yyy${late}`), 0.005, 0.025)).toThrow("in the 505.0 ms after its withdrawal");
    expect(() => checkOrder([], 0.005, 0.025)).toThrow("nobody asked");
  });
});

test("a failed order is described by what was asked and answered around the withdrawal", () => {
  expect(describeOrder(probes("nyyy....nn"), 0.005, 0.035)).toBe(
    "6 probes, 3 of them answered; times from the withdrawal: UPDATE -30.0 ms, last answered probe -5.0 ms; " +
      "first silent probe after it 45.0 ms of 2, silent between both 0; " +
      "longest times without a probe 50.0 ms from -5.0 ms, 10.0 ms from -35.0 ms, 10.0 ms from -25.0 ms",
  );
});
