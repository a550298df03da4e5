import { expect, test } from "vitest";
import { Output } from "../../src/session/output.ts";

function filled(): Output {
  const output = new Output();
  output.append(Uint8Array.of(9, 1, 2, 3, 9), 1, 4);
  output.append(Uint8Array.of(4, 5), 0, 2);
  return output;
}

test("what was appended comes out once, in order", () => {
  const output = filled();
  expect(output.length).toBe(5);
  expect(output.take()).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
  expect([output.length, output.take()]).toEqual([0, null]);
});

test("a part can be taken, and the rest stays", () => {
  const output = filled();
  expect(output.take(2)).toEqual(Uint8Array.of(1, 2));
  expect(output.take(0)).toBeNull();
  output.append(Uint8Array.of(6), 0, 1);
  expect(output.take()).toEqual(Uint8Array.of(3, 4, 5, 6));
});

test("what was taken is never written to again", () => {
  const output = filled();
  const taken = output.take(3);
  for (let i = 0; i < 100; i++) output.append(Uint8Array.of(255, 255, 255), 0, 3);
  expect(taken).toEqual(Uint8Array.of(1, 2, 3));
});

test("the end can be taken back", () => {
  const output = filled();
  output.truncate(2);
  output.truncate(4);
  expect(output.take()).toEqual(Uint8Array.of(1, 2));
});
