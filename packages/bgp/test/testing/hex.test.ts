import { expect, test } from "vitest";
import { hex, unhex } from "../../src/testing/hex.ts";

test("a fixture may have spaces, lines and comments", () => {
  expect(unhex(hex("ff 00 # header\n 0A\n# all of it\n"))).toBe("ff000a");
});

test("a fixture with a typing error is refused", () => {
  expect(() => hex("ff 0")).toThrow(TypeError);
  expect(() => hex("fg")).toThrow(/not hexadecimal/);
});
