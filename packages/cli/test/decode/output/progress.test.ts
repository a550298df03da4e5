import { expect, test } from "vitest";
import { Progress, progressText } from "../../../src/decode/output/progress.ts";

test("says how much is read, how many messages came out and how long the rest takes", () => {
  expect(progressText(50, 200, 1234, 3000, 80)).toBe("[######------------------] 25 %, 1234 messages, 9 s left");
  expect(progressText(0, 200, 0, 1000, 80)).toBe("[------------------------] 0 %, 0 messages");
  expect(progressText(200, 200, 5, 1000, 80)).toBe("[########################] 100 %, 5 messages, 0 s left");
  expect(progressText(0, 0, 5, 1000, 80)).toContain("100 %");
  expect(progressText(300, 200, 5, 1000, 80)).toContain("100 %");
  expect(progressText(50, 200, 1234, 3000, 20)).toHaveLength(19);
});

test("is drawn five times a second at most, and again after other output has passed", () => {
  const written: string[] = [];
  const stream = {
    columns: 40,
    write: (text: string): boolean => {
      written.push(text);
      return true;
    },
  };
  const progress = new Progress(stream, 100, 0);
  progress.update(1, 1, 199);
  progress.hide();
  expect(written).toEqual([]);
  progress.update(10, 5, 200);
  progress.update(20, 6, 399);
  const line = "\r\x1b[K[##----------------------] 10 %, 5 messages".slice(0, 4 + 39);
  expect(written).toEqual([line]);
  progress.hide();
  progress.hide();
  expect(written).toEqual([line, "\r\x1b[K"]);
  progress.update(30, 7, 210);
  expect(written).toHaveLength(3);
  progress.end();
  progress.update(40, 8, 10_000);
  expect(written.slice(3)).toEqual(["\r\x1b[K"]);
});
